/** Energies of several runs, known up to a constant each, on one scale of -log p. */
import { expect, it } from "vitest";
import type { Field } from "../../src/stage/field";
import { densityOf, measure, picture, scaleOf } from "../../src/stage/modes";

/** The energy of a standard normal, and any constant. */
function normal(constant: number): Field {
  const [size, extent] = [64, 4.5];
  const at = (i: number) => ((i + 0.5) / size) * 2 * extent - extent;
  const values = Float32Array.from(
    { length: size * size },
    (_, i) => (at(i % size) ** 2 + at(Math.floor(i / size)) ** 2) / 2 + constant,
  );
  return { values, size, extent };
}

const LEAST = Math.log(2 * Math.PI); // -log p at the mode

it("gives the same -log p whatever the constant", () => {
  for (const constant of [0, 7, -30]) {
    const scale = scaleOf(measure(normal(constant), 4.5, 0));
    expect(scale.lo).toBeCloseTo(LEAST, 1);
    const painted = picture("energy", measure(normal(constant), 4.5, 0), null, null, { lo: 2, hi: 9 })!;
    // what has the colour of the scale's ends has that -log p
    expect(painted.lo - constant + LEAST).toBeCloseTo(2, 3);
    expect(painted.hi - constant + LEAST).toBeCloseTo(9, 3);
  }
});

it("has a density that sums to one", () => {
  const density = densityOf(measure(normal(3), 4.5, 0));
  const cell = (9 / 64) ** 2;
  expect(density.values.reduce((sum, value) => sum + value * cell, 0)).toBeCloseTo(1, 4);
  expect(Math.max(...density.values)).toBeCloseTo(1 / (2 * Math.PI), 2);
});

it("differs from another run by the difference of their densities", () => {
  const [one, other] = [measure(normal(1), 4.5, 0), measure(normal(-5), 4.5, 0)];
  const { field } = picture("difference", one, densityOf(other))!;
  expect(Math.max(...field.values.map(Math.abs))).toBeLessThan(1e-5);
});

it("colours a density of which the truth is not known by the common scale", () => {
  const moment = measure(normal(4), 4.5, 0);
  const shared = picture("density", moment, null, null, { lo: 1.5, hi: 9 })!;
  expect(shared.lo - 4 + LEAST).toBeCloseTo(1.5, 3);
  expect(picture("density", moment, null)!.lo).toBeCloseTo(moment.lowest, 6);
});
