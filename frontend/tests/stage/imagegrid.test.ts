/** Images as tiles. */

import { expect, test } from "vitest";
import { fillSheet, gridSide, tileZoom } from "../../src/stage/imagegrid";

test("grey values are clamped to the range and spread over three channels", () => {
  const bytes = new Uint8ClampedArray(4 * 4);
  const values = new Float32Array([-2, 0, 0.5, 3]);
  fillSheet(bytes, values, values, 1, [1, 1, 2, 2], [-1, 1]);
  expect([bytes[0], bytes[4], bytes[8], bytes[12]]).toEqual([0, 128, 191, 255]);
  expect([...bytes.slice(8, 12)]).toEqual([191, 191, 191, 255]);
});

test("planes of colour become pixels, half way between two frames", () => {
  const bytes = new Uint8ClampedArray(2 * 4);
  const from = new Float32Array(6);
  const to = new Float32Array([1, 0, 0.4, 0, 0, 0.2]);
  fillSheet(bytes, from, to, 0.5, [1, 3, 1, 2], [0, 1]);
  expect([...bytes]).toEqual([128, 51, 0, 255, 0, 0, 26, 255]);
});

test.each([
  [1, 1],
  [4, 2],
  [5, 3],
  [64, 8],
  [500, 8],
])("%d images make a grid with %d tiles a side", (count, side) => {
  expect(gridSide(count)).toBe(side);
});

test("pixels are whole unless that wastes the room", () => {
  expect(tileZoom(8.5, false)).toBe(8);
  expect(tileZoom(1.4, false)).toBe(1.4);
  expect(tileZoom(8.5, true)).toBe(8.5);
});
