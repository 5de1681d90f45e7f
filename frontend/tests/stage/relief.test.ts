/** The surface: how it is looked at, what of it is seen, and what stands on it. */

import { expect, test, vi } from "vitest";
import { viridis } from "../../src/stage/colormap";
import { MarginalLayer } from "../../src/stage/marginals";
import { FRONT, Turned, turned } from "../../src/stage/orbit";
import { Raster } from "../../src/stage/raster";
import { Relief } from "../../src/stage/relief";
import { Terrain } from "../../src/stage/terrain";
import { Viewport } from "../../src/stage/viewport";
import { fieldOf } from "./fields.testing";

const WINDOW = { x: 0, y: 0, extent: 4.5 };

test("a turn goes around, a tilt stops from above and before the edge", () => {
  expect(turned({ turn: 170, tilt: 50 }, 20, 100)).toEqual({ turn: -170, tilt: 90 });
  expect(turned({ turn: -170, tilt: 50 }, -20, -100)).toEqual({ turn: 170, tilt: 10 });
});

test("from above and unturned it is the map", () => {
  const view = new Turned(600, WINDOW, { turn: 0, tilt: 90 });
  const [middle, corner] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  view.place(0, 0, 0.7, middle!);
  view.place(0.5, 1, 0.2, corner!);
  expect(corner![0]! - middle![0]!).toBeCloseTo(0.5 * 0.335 * 600, 6);
  expect(middle![1]! - corner![1]!).toBeCloseTo(0.335 * 600, 6);
});

test("a pixel and its distance give the place back, and near edges are lower on the canvas", () => {
  for (const turn of [-120, -30, 0, 75, 180]) {
    const view = new Turned(500, WINDOW, { turn, tilt: 40 });
    const spot = [0, 0, 0];
    view.place(0.3, -0.8, 0.6, spot);
    const [u, v] = view.at(spot[0]!, spot[1]!, spot[2]!);
    expect([u, v]).toEqual([expect.closeTo(0.3, 6), expect.closeTo(-0.8, 6)]);
    const [right, far] = view.farEdges;
    const low = [0, 0, 0];
    const high = [0, 0, 0];
    view.place(-right, -far, 0, low);
    view.place(right, far, 0, high);
    expect(low[1]).toBeGreaterThan(high[1]!);
    expect(low[2]).toBeLessThan(high[2]!);
    expect(view.light(0, 0)).toBe(1);
  }
});

test("what is nearer covers what is farther in either order, and no pixel between two triangles is missed", () => {
  // two sheets of two triangles each, over all of 20 x 20 pixels: x, y, distance, level, light
  const corners = [
    [0, 0],
    [20, 0],
    [0, 20],
    [20, 20],
  ];
  const sheets = [1, 0].map((distance) =>
    corners.flatMap(([x, y]) => [x!, y!, distance, distance === 0 ? 1 : 0, 1]),
  );
  for (const order of [
    [0, 20],
    [20, 0],
  ]) {
    const pixels = new Uint32Array(400);
    const raster = new Raster(20, pixels);
    raster.clear();
    const vertices = Float32Array.from(sheets.flat());
    for (const from of order) {
      raster.triangle(vertices, from, from + 5, from + 10, viridis);
      raster.triangle(vertices, from + 5, from + 10, from + 15, viridis);
    }
    expect(new Set(pixels)).toEqual(new Set([viridis.at(-1)]));
  }
});

/** A document whose canvases take everything. */
function blank(): { document: Document; context: CanvasRenderingContext2D } {
  const context = new Proxy({} as Record<string, unknown>, {
    get: (values, name: string) =>
      values[name] ??
      ((...sizes: number[]) =>
        name === "createImageData"
          ? { data: new Uint8ClampedArray(4 * sizes[0]! * sizes[1]!) }
          : { addColorStop: () => undefined }),
    set: (values, name: string, value) => {
      values[name] = value;
      return true;
    },
  }) as unknown as CanvasRenderingContext2D;
  const document = { createElement: () => ({ width: 0, height: 0, getContext: () => context }) };
  return { document: document as unknown as Document, context };
}

test("marks stand at the height of the surface, and a ridge hides what is behind it", () => {
  const { document, context } = blank();
  const terrain = new Terrain(document, 4.5);
  terrain.resize(200, 4.5);
  // a ridge along x = 0, high in energy
  terrain.take(
    fieldOf((x) => 20 * Math.exp(-4 * x * x), 128, 4.5),
    0,
    0,
  );
  terrain.advance(1000, true);
  const relief = new Relief(document);
  relief.orbit = { turn: 90, tilt: 25 };
  const scene = {
    ...{ theme: "dark", layers: { energy: true }, dpr: 1, whole: 4.5, terrain },
    viewport: new Viewport(300, 4.5),
    units: { center: [0, 0], unit: [1, 1] },
    preview: { chains: [] },
  };
  relief.draw(context, scene as never);
  const spot: [number, number] = [0, 0];
  // turned by 90 degrees, x = -4.5 is in front
  expect(relief.place(-2, 0, spot)).toBe(true);
  const front = spot[1];
  expect(relief.at(spot[0], spot[1])).toEqual([expect.closeTo(-2, 0), expect.closeTo(0, 1)]);
  expect(relief.place(0, 0, spot)).toBe(true);
  const flat = [0, 0, 0];
  new Turned(300, WINDOW, relief.orbit).place(0, 0, 0, flat);
  expect(flat[1]! - spot[1]).toBeGreaterThan(40);
  expect(front).toBeGreaterThan(spot[1]);
  expect(relief.place(0.9, 0, spot)).toBe(false);
  expect(relief.place(9, 0, spot)).toBe(false);
  expect(relief.at(1, 1)).toBeNull();
  expect(FRONT.tilt).toBeGreaterThan(relief.orbit.tilt);
});

test("marginals stand on the back walls, where the surface hides none of them from any side", () => {
  const { document, context } = blank();
  const terrain = new Terrain(document, 4.5);
  terrain.resize(200, 4.5);
  // a hill at the edge, higher in energy than all around
  terrain.take(
    fieldOf((x, y) => (x * x + y * y) / 4 + 20 * Math.exp(-((x - 4) ** 2) - (y - 3) ** 2), 128, 4.5),
    0,
    0,
  );
  terrain.advance(1000, true);
  const drawn: [number, number][] = [];
  const stand = MarginalLayer.prototype.stand;
  const spy = vi.spyOn(MarginalLayer.prototype, "stand").mockImplementation(function (
    this: MarginalLayer,
    ...all
  ) {
    const { lineTo } = context;
    context.lineTo = (x, y) => void drawn.push([x, y]);
    stand.apply(this, all);
    context.lineTo = lineTo;
  });
  const relief = new Relief(document);
  for (const orbit of [FRONT, { turn: 140, tilt: 35 }, { turn: 60, tilt: 20 }]) {
    drawn.length = 0;
    relief.orbit = orbit;
    relief.draw(context, {
      ...{ theme: "dark", layers: { energy: true, marginals: true }, dpr: 1, whole: 4.5, terrain },
      viewport: new Viewport(300, 4.5),
      units: { center: [0, 0], unit: [1, 1] },
      preview: { chains: [] },
      data: new Float32Array([1, 1, -1, 0]),
    } as never);
    expect(drawn.length).toBeGreaterThan(200);
    // their feet may touch the highest place of the rim
    expect(drawn.filter(([x, y]) => relief.at(x, y - 1.5) !== null)).toEqual([]);
  }
  spy.mockRestore();
});
