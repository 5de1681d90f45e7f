/** Ways of images: what is asked, how the answer is taken, which moments are shown. */
import { describe, expect, it, test } from "vitest";
import type { WayMade } from "../../src/protocol/wire";
import { brushed, closed, isOpen, pixelBeside } from "../../src/ways/hole";
import { toGrey } from "../../src/ways/ownImage";
import { askedOf, type Choice } from "../../src/ways/state";
import { decodeWay, energyOf, filmOf, freeSide, momentAt, nearestKept, range } from "../../src/ways/way";

const floats = (shape: number[], values: number[]) => ({
  dtype: "f4" as const,
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
});

/** Two chains of images of 1 x 2 pixels at three moments. */
const wire: WayMade = {
  step: 40,
  description: "2 steps of Langevin from noise",
  at: floats([3], [0, 1, 2]),
  images: {
    dtype: "u1",
    shape: [3, 2, 1, 1, 2],
    data: Uint8Array.from([0, 255, 9, 9, 51, 204, 9, 9, 102, 153, 9, 9]),
    lo: -1,
    hi: 1,
  },
  energies: floats([3, 2], [3, 30, 2, 20, 1, 10]),
  ends: {
    tile_nearest: floats([2, 1, 1, 2], [-1, 1, 0, 0]),
    tile_distances: floats([2], [0.5, 9]),
    tile_classes: floats([2], [7, 9]),
    class_shares: floats([2, 3], [0.125, 0.75, 0.125, 1, 0, 0]),
  },
  seconds: 0.1,
};

test("an answer is taken as the way of its first chain", () => {
  const way = decodeWay(wire);
  expect(way.energies).toEqual([3, 2, 1]);
  expect(way.images.map(({ values }) => [...values].map((one) => Math.round(100 * one)))).toEqual([
    [-100, 100],
    [-60, 60],
    [-20, 20],
  ]);
  expect(way.images[2]!.shape).toEqual([1, 1, 1, 2]);
  expect(way.nearest).toMatchObject({ label: 7, distance: 0.5 });
  expect([...way.nearest!.image.values]).toEqual([-1, 1]);
  expect(way.shares).toEqual([0.125, 0.75, 0.125]);
});

test("an energy is called by its class where chains follow one", () => {
  const called = (label: number) => `a ${label}`;
  expect(energyOf(decodeWay(wire), called)).toBe("E(x)");
  expect(energyOf(decodeWay(wire, 3), called)).toBe("E(x, a 3)");
});

test("without a list of images nothing is nearest, without classes nothing is read", () => {
  expect(decodeWay({ ...wire, ends: {} })).toMatchObject({ nearest: null, shares: null });
});

test.each([
  [97, 12, [0, 9, 17, 26, 35, 44, 52, 61, 70, 79, 87, 96]],
  [3, 12, [0, 1, 2]],
  [1, 12, [0]],
  [0, 12, []],
])("of %d moments %d pictures show these", (kept, pictures, shown) => {
  expect(filmOf(kept, pictures)).toEqual(shown);
});

test("a place on the axis is the nearest moment by its steps", () => {
  const way = { at: [0, 1, 10, 100] };
  expect([0, 0.04, 0.06, 0.5, 0.6, 1].map((share) => momentAt(way, share))).toEqual([0, 1, 2, 2, 3, 3]);
});

test("of the updates that are kept the nearest is taken", () => {
  expect(nearestKept([0, 10, 40], 24)).toBe(10);
  expect(nearestKept([0, 10, 40], 26)).toBe(40);
  expect(nearestKept([], 3)).toBe(null);
});

test("an energy that does not change has a chart too", () => {
  expect(range([2, 2])).toEqual([1.5, 2.5]);
  expect(range([3, -1, 2])).toEqual([-1, 3]);
});

describe("what is asked", () => {
  const tile = { shape: [1, 1, 1, 2], values: Float32Array.from([0.123456, -40]) };
  const choice: Choice = {
    from: "noise",
    own: null,
    row: 3,
    noise: 0.5,
    hole: closed(2, 1),
    label: null,
    to: null,
    seed: 12,
    steps: null,
  };

  it("is a chain from noise at first, of the moment that is pinned", () => {
    expect(askedOf(choice, tile, 40)).toEqual({ seed: 12, step: 40 });
    expect(askedOf(choice, tile, null)).toEqual({ seed: 12 });
  });

  it("holds the pixels of the tile within the bounds of the server", () => {
    const asked = askedOf({ ...choice, from: "tile" }, tile, null);
    expect(asked.start).toEqual({ pixels: [0.1235, -10], noise: 0.5 });
  });

  it("tells hole, class and line", () => {
    const hole = { ...choice.hole, open: [false, true] };
    const asked = askedOf({ ...choice, from: "held_out", hole, label: 4, to: 8, steps: 60 }, tile, null);
    expect(asked).toEqual({
      seed: 12,
      steps: 60,
      label: 4,
      start: { held_out: 3, noise: 0.5 },
      to: { held_out: 8 },
      hole: [false, true],
    });
  });
});

describe("a hole", () => {
  it("opens what the brush has gone over, and keeps what was open", () => {
    const across = brushed(closed(10, 10), [0.5, 4.5], [9.5, 4.5]);
    expect(across.open.flatMap((open, i) => (open ? [Math.floor(i / 10)] : []))).toEqual(
      Array.from({ length: 30 }, (_, i) => 3 + Math.floor(i / 10)),
    );
    const more = brushed(across, [0.5, 0.5], [0.5, 0.5]);
    expect(across.open.every((open, i) => !open || more.open[i])).toBe(true);
    expect(more.open[0]).toBe(true);
  });

  it("is none before that", () => {
    expect(isOpen(closed(4, 4))).toBe(false);
    expect(isOpen(brushed(closed(8, 8), [4.5, 4.5], [4.5, 4.5]))).toBe(true);
    expect(isOpen(brushed(closed(8, 8), [40, 40], [41, 40]))).toBe(false);
  });

  it("is gone over by keys, within the image", () => {
    const hole = closed(4, 3);
    expect(pixelBeside(hole, [0, 0], "ArrowLeft")).toEqual([0, 0]);
    expect(pixelBeside(hole, [3, 1], "ArrowDown")).toEqual([3, 2]);
    expect(pixelBeside(hole, [3, 1], "x")).toBe(null);
  });
});

test("a picture of one's own is grey where the run's images are", () => {
  const bytes = [255, 255, 255, 255, 255, 0, 0, 255];
  const grey = [...toGrey(bytes, 1, 1, 2).values].map((value) => Math.round(1000 * value));
  expect(grey).toEqual([1000, -402]);
  expect([...toGrey(bytes, 3, 1, 2).values]).toEqual([1, 1, 1, -1, 1, -1]);
});

test("a number stands where the line does not", () => {
  const at = Array.from({ length: 21 }, (_, i) => 25 * i);
  // falls steeply and stays low: high is free on the right; low is crossed least on the left
  const falling = at.map((step) => 40 * Math.exp(-step / 40));
  expect(freeSide({ at, energies: falling }, "high")).toBe("right");
  expect(freeSide({ at, energies: falling }, "low")).toBe("left");
  const rising = at.map((step) => step);
  expect(freeSide({ at, energies: rising }, "high")).toBe("left");
  expect(freeSide({ at, energies: rising }, "low")).toBe("right");
});
