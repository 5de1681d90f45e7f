/** Interpolation between the cells of a landscape. */

import { expect, test } from "vitest";
import { logPartition, sampleField, shownQuantile, Upsampler } from "../../src/stage/field";
import { fieldOf } from "./fields.testing";

const quadratic = (x: number, y: number) => 0.7 * x * x - 0.4 * x * y + 0.3 * y * y + 2 * x - y + 1;
const slopes = (x: number, y: number) => [1.4 * x - 0.4 * y + 2, -0.4 * x + 0.6 * y - 1] as const;
const places = [
  [0, 0],
  [0.37, -1.91],
  [-4.44, 3.2],
  [4.499, 4.499],
  [5.85, -5.85],
] as const;

test.each(places)("a quadratic and its gradient are exact at (%d, %d)", (x, y) => {
  const sample = sampleField(fieldOf(quadratic), x, y, { value: 0, dx: 0, dy: 0 });
  expect(sample.value).toBeCloseTo(quadratic(x, y), 4);
  expect(sample.dx).toBeCloseTo(slopes(x, y)[0], 3);
  expect(sample.dy).toBeCloseTo(slopes(x, y)[1], 3);
});

test("a plane goes on beyond the grid", () => {
  const plane = fieldOf((x, y) => 3 * x - 2 * y + 1);
  const sample = sampleField(plane, 9, -7.5, { value: 0, dx: 0, dy: 0 });
  expect(sample.value).toBeCloseTo(3 * 9 + 2 * 7.5 + 1, 3);
  expect(sample.dx).toBeCloseTo(3, 4);
});

test("the refined field is the interpolated one, with the highest y in its first row", () => {
  const field = fieldOf((x, y) => Math.sin(x) * Math.cos(0.7 * y) + 0.1 * y);
  const pixels = 75;
  const fine = new Upsampler(field, { x: 0, y: 0, extent: 4.5 }, pixels).apply(
    field.values,
    new Float32Array(pixels * pixels),
  );
  for (const [row, column] of [
    [0, 0],
    [0, 74],
    [31, 7],
    [74, 40],
  ] as const) {
    const x = -4.5 + ((column + 0.5) * 9) / pixels;
    const y = 4.5 - ((row + 0.5) * 9) / pixels;
    const { value } = sampleField(field, x, y, { value: 0, dx: 0, dy: 0 });
    expect(fine[row * pixels + column]).toBeCloseTo(value, 4);
  }
});

test("log Z of a standard normal's energy is log 2 pi, whatever its constant", () => {
  for (const constant of [0, 300, -300]) {
    const energy = fieldOf((x, y) => (x * x + y * y) / 2 + constant, 128);
    expect(logPartition(energy)).toBeCloseTo(Math.log(2 * Math.PI) - constant, 3);
  }
});

test("a quantile is of the window alone", () => {
  const field = fieldOf((x, y) => (Math.max(Math.abs(x), Math.abs(y)) > 4.6 ? -100 : x), 128);
  expect(shownQuantile(field, 4.5, 0)).toBeGreaterThan(-4.6);
  expect(shownQuantile(field, 4.5, 0.5)).toBeCloseTo(0, 0);
});
