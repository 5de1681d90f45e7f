/** The page's evaluator agrees with PyTorch, for every energy that is written as numbers. */
import { describe, expect, it } from "vitest";
import { decodeEnergy } from "../../src/energy/description";
import { Evaluator } from "../../src/energy/evaluator";
import { examples } from "./energies.testing";

const example = (name: string) => examples.find((one) => one.name === name)!;

/** Largest difference, relative to what is expected where that is above 1. */
function difference(found: ArrayLike<number>, expected: number[]): number {
  return Math.max(...expected.map((value, i) => Math.abs(found[i]! - value) / Math.max(1, Math.abs(value))));
}

describe.each(examples)("$name", ({ energy, points, energies, gradients }) => {
  const evaluator = new Evaluator(decodeEnergy(energy));

  it("gives PyTorch's energies and gradients", () => {
    const found = new Float64Array(energies.length);
    const slopes = new Float64Array(gradients.length);
    evaluator.energies(points, found);
    expect(difference(found, energies)).toBeLessThan(1e-4);
    found.fill(0);
    evaluator.withGradient(points, found, slopes);
    expect(difference(found, energies)).toBeLessThan(1e-4);
    expect(difference(slopes, gradients)).toBeLessThan(1e-4);
  });
});

it("gives the same energies cell by cell and row by row, in the stage's positions", () => {
  for (const name of ["far units", "mlp 2 by denoising", "mlp at a level, with groups"]) {
    const energy = decodeEnergy(example(name).energy);
    const units = { center: [...energy.center] as [number, number], unit: [2e-5, 3e3] as [number, number] };
    const evaluator = new Evaluator(energy, name === "far units" ? units : undefined);
    const square = { x: 0.3, y: -1, extent: 2, size: 37 };
    const whole = new Float32Array(37 * 37);
    evaluator.rows(square, 0, 37, whole);
    const points = Array.from({ length: 37 * 37 }, (_, i) => [
      0.3 - 2 + ((i % 37) + 0.5) * (4 / 37),
      -1 - 2 + (Math.floor(i / 37) + 0.5) * (4 / 37),
    ]).flat();
    const found = new Float64Array(37 * 37);
    evaluator.energies(points, found);
    expect(difference(whole, [...found])).toBeLessThan(1e-6);
    const part = new Float32Array(5 * 37);
    evaluator.rows(square, 8, 5, part);
    expect([...part]).toEqual([...whole.subarray(8 * 37, 13 * 37)]);
  }
});

it("refuses another version, and weights that do not fit", () => {
  const { energy } = examples[0]!;
  expect(() => decodeEnergy({ ...energy, version: 2 as 1 })).toThrow("version 2");
  expect(() => decodeEnergy({ ...energy, frequencies: null, phases: null })).toThrow("for 2 inputs");
});
