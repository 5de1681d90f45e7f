/** Marginals of densities and of points. */

import { expect, test } from "vitest";
import { between, histograms, learnedMarginals, marginalsOf } from "../../src/stage/marginals";
import { fieldOf } from "./fields.testing";

const normal = (x: number, center: number, sigma: number) =>
  Math.exp(-(((x - center) / sigma) ** 2) / 2) / (sigma * Math.sqrt(2 * Math.PI));

test("the marginals of a density are its integrals along the other axis", () => {
  const { across, up } = marginalsOf(fieldOf((x, y) => normal(x, 1, 0.5) * normal(y, -2, 0.8), 96));
  const at = (i: number) => ((i + 0.5) * 12) / 96 - 6;
  for (let i = 0; i < 96; i += 7) {
    expect(across[i]).toBeCloseTo(normal(at(i), 1, 0.5), 4);
    expect(up[i]).toBeCloseTo(normal(at(i), -2, 0.8), 4);
  }
});

test("those of an energy are normalised by its Z, whatever its constant", () => {
  const energy = fieldOf((x, y) => (x * x + y * y) / 2 - 40);
  const { across } = learnedMarginals({
    energy,
    lowest: -40,
    span: 8,
    logPartition: Math.log(2 * Math.PI) + 40,
  });
  const sum = across.reduce((total, p) => total + p, 0);
  expect((sum * 12) / 64).toBeCloseTo(1, 5);
  expect(Math.max(...across)).toBeCloseTo(normal(0.09, 0, 1), 3);
});

test("a histogram counts each point of either axis once, and those outside in none", () => {
  const { across, up } = histograms(Float32Array.of(-4.4, 0, 0, 0, 0, 4.4, 9, 0), 4.5);
  const width = 9 / across.length;
  expect([...across].filter((height) => height > 0).map((height) => height * width * 4)).toEqual([
    expect.closeTo(1, 5),
    expect.closeTo(2, 5),
  ]);
  expect(up.at(-1)! * width * 4).toBeCloseTo(1, 5);
});

test("they flow from one landscape to the next, and not between maps of other sizes", () => {
  const [from, to] = [
    { across: Float32Array.of(0, 2), up: Float32Array.of(1, 1), extent: 1 },
    { across: Float32Array.of(4, 0), up: Float32Array.of(1, 3), extent: 1 },
  ];
  expect([...between(from, to, 0.25).across]).toEqual([1, 1.5]);
  expect(between({ ...from, extent: 2 }, to, 0.25)).toBe(to);
  expect(between(null, to, 0)).toBe(to);
});
