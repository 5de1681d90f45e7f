/** Energies of sets of images over one axis. */
import { expect, test } from "vitest";
import { auroc, setsOf, tilesApart } from "../src/charts/sets";
import { PLAIN_UNITS } from "../src/protocol/units";
import { failures } from "../src/words/guards";

const energies = (from: number, to: number) => {
  const values = Float32Array.from({ length: 64 }, (_, i) => from + ((to - from) * i) / 63);
  return { shape: [64], values };
};

const frame = (arrays: Record<string, ReturnType<typeof energies>>) => ({
  run: "run",
  step: 0,
  seconds: 0,
  metrics: {},
  units: PLAIN_UNITS,
  landscape: null,
  arrays,
});

test("the axis holds data and samples, and what is far is said to be beyond", () => {
  const sets = setsOf(
    frame({
      data_energies: energies(0, 1),
      energies_of_test: energies(0, 1),
      sample_energies: energies(-0.5, 0.5),
      tile_energies: energies(-1.2, -0.2),
      energies_of_noise: energies(900, 1000),
      energies_of_flat: energies(-30, -20),
      energies_of_inverted: energies(2, 3),
    }),
  )!;
  const [low, high] = sets.range;
  expect(low).toBeLessThan(-1);
  expect(high).toBeGreaterThan(1);
  expect(high).toBeLessThan(20);
  const rows = Object.fromEntries(sets.rows.map((row) => [row.name, row]));
  expect(Object.keys(rows)).toEqual(["train", "test", "samples", "tiles", "noise", "inverted", "flat"]);
  expect([rows.noise!.beyond, rows.flat!.beyond, rows.inverted!.beyond]).toEqual(["right", "left", null]);
  expect([rows.noise!.auroc, rows.flat!.auroc, rows.test!.auroc]).toEqual([1, 0, null]);
});

test("tiles below all images are told in deviations, and in words", () => {
  const frames = frame({ energies_of_test: energies(0, 1), tile_energies: energies(-9, -7) });
  const apart = tilesApart(frames);
  expect(apart).toBeCloseTo(-8.5 / (Math.sqrt((64 ** 2 - 1) / 12) / 63), 3);
  expect(failures({}, 1, apart).map(({ name }) => name)).toEqual(["The tiles leave the data."]);
  expect(failures({}, 0.1, apart)).toEqual([]);
  expect(failures({}, 1, tilesApart(frame({ energies_of_test: energies(0, 1) })))).toEqual([]);
});

test("an AUROC counts pairs, a tie as half of one", () => {
  expect(auroc([0, 1], [1, 2])).toBe(0.875);
  expect(auroc([3], [3])).toBe(0.5);
});

test("a frame without other images has no such chart", () => {
  expect(setsOf(null)).toBe(null);
  expect(setsOf(frame({ data_energies: energies(0, 1) }))).toBe(null);
});
