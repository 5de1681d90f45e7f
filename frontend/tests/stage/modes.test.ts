/** What the map can show. */

import { expect, test } from "vitest";
import { measure, picture } from "../../src/stage/modes";
import { fieldOf } from "./fields.testing";

const normalEnergy = fieldOf((x, y) => (x * x + y * y) / 2 + 42, 128);
const normalDensity = fieldOf((x, y) => Math.exp(-(x * x + y * y) / 2) / (2 * Math.PI), 128);

test("energies count from their lowest, whatever their constant", () => {
  const moment = measure(normalEnergy, 4.5, 0);
  expect(moment.lowest).toBeCloseTo(42, 1);
  expect(picture("energy", moment, null)?.lo).toBe(moment.lowest);
});

test("a flat landscape is not stretched to the full range of colours", () => {
  expect(
    measure(
      fieldOf((x) => 0.01 * x),
      4.5,
      0,
    ).span,
  ).toBe(3);
  expect(
    measure(
      fieldOf((x, y) => x * x + y * y),
      4.5,
      0,
    ).span,
  ).toBe(8);
});

test("a model with half of its mass off the map has half of the density on it", () => {
  const whole = measure(normalEnergy, 4.5, 0).logPartition;
  expect(measure(normalEnergy, 4.5, 0.5).logPartition - whole).toBeCloseTo(Math.log(2), 6);
});

test("a perfect model does not differ from the truth, on its own grid or another", () => {
  const moment = measure(normalEnergy, 4.5, 0);
  const coarse = fieldOf((x, y) => Math.exp(-(x * x + y * y) / 2) / (2 * Math.PI), 96, 5);
  for (const truth of [normalDensity, coarse]) {
    const difference = picture("difference", moment, truth)?.field.values as Float32Array;
    expect(Math.max(...difference.map(Math.abs))).toBeLessThan(1e-3);
  }
});

test("the density's brightest colour is the truth's peak", () => {
  const moment = measure(normalEnergy, 4.5, 0);
  const lo = picture("density", moment, normalDensity)?.lo as number;
  expect(Math.exp(-lo - moment.logPartition)).toBeCloseTo(1 / (2 * Math.PI), 3);
});

test("what needs the truth is not shown without it", () => {
  const moment = measure(normalEnergy, 4.5, 0);
  expect(picture("truth", moment, null)).toBeNull();
  expect(picture("difference", moment, null)).toBeNull();
  expect(picture("energy", null, normalDensity)).toBeNull();
});
