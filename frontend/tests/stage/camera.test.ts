/** Zoom and pan, and close-ups of the landscape that the page computes. */

import { expect, test } from "vitest";
import { covers, sampleField, Upsampler } from "../../src/stage/field";
import { Terrain } from "../../src/stage/terrain";
import { HOME, panned, Viewport, zoomed } from "../../src/stage/viewport";
import { fieldOf } from "./fields.testing";

test("what is under the pointer stays there while one zooms", () => {
  let camera = { x: 0.4, y: -1.2, zoom: 2 };
  const pixels = (x: number, y: number) => {
    const viewport = new Viewport(560, 4.5 / camera.zoom, camera.x, camera.y);
    return [viewport.px(x), viewport.py(y)];
  };
  const before = pixels(1.1, -2);
  camera = zoomed(camera, 3, 1.1, -2);
  expect(camera.zoom).toBe(6);
  expect(pixels(1.1, -2)[0]).toBeCloseTo(before[0]!, 9);
  expect(pixels(1.1, -2)[1]).toBeCloseTo(before[1]!, 9);
  expect(zoomed(HOME, 1e9).zoom).toBe(1000);
  expect(zoomed(HOME, 1e-9).zoom).toBe(1 / 8);
});

test("a pan is by shares of what is seen", () => {
  expect(panned({ x: 1, y: 2, zoom: 3 }, 0.5, -1, 4.5)).toEqual({ x: 2.5, y: -1, zoom: 3 });
});

test("a field around another middle is read and refined where it lies", () => {
  const wave = (x: number, y: number) => Math.sin(x) + 0.3 * y;
  const near = { ...fieldOf((x, y) => wave(x + 2, y - 1), 64, 0.5), x: 2, y: -1 };
  expect(sampleField(near, 2.2, -0.9, { value: 0, dx: 0, dy: 0 }).value).toBeCloseTo(wave(2.2, -0.9), 4);
  const view = { x: 2.1, y: -1.1, extent: 0.25 };
  expect(covers(near, view)).toBe(true);
  expect(covers(near, { ...view, x: 2.4 })).toBe(false);
  const fine = new Upsampler(near, view, 20).apply(near.values, new Float32Array(400));
  expect(fine[0]).toBeCloseTo(wave(2.1 - 0.25 + 0.0125, -1.1 + 0.25 - 0.0125), 4);
});

test("a close-up is seen where it has the whole view, on the landscape's own scale, with the mass outside", () => {
  const canvas = {
    getContext: () => ({ createImageData: () => ({ data: new Uint8ClampedArray(3600) }) }),
  };
  const terrain = new Terrain({ createElement: () => canvas } as unknown as Document, 4.5);
  const normal = (x: number, y: number) => (x * x + y * y) / 2;
  const view = { x: 1, y: 0, extent: 1 };
  terrain.resize(30, 4.5, view);
  terrain.take(fieldOf(normal, 128, 6), 0, 0);
  terrain.advance(0, true);
  const whole = terrain.seen!;
  expect(terrain.massOutside).toBe(null);
  // the constant of the energy is another one by now
  const field = { ...fieldOf((x, y) => normal(x + 1, y) + 7, 96, 1), x: 1, y: 0 };
  terrain.setCloseUp({ field, drift: 7 });
  terrain.advance(0, true);
  expect(terrain.seen?.energy).toBe(field);
  expect(terrain.seen?.lowest).toBeCloseTo(whole.lowest + 7, 6);
  // P(0 < X < 2) P(-1 < Y < 1) of standard normals
  expect(terrain.massOutside).toBeCloseTo(1 - 0.47725 * 0.68269, 3);
  terrain.look({ x: 1, y: 0, extent: 2 });
  expect(terrain.seen?.energy).toBe(whole.energy);
  expect(terrain.known).toBe(true);
  terrain.look({ x: 5, y: 0, extent: 2 });
  expect(terrain.known).toBe(false);
  terrain.setCloseUp(null);
  expect(terrain.massOutside).toBe(null);
});
