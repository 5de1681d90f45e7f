import { describe, expect, it } from "vitest";
import type { Catalogue, Json, RunConfig, SweepRun } from "../src/protocol/wire";
import { begun, withField, written } from "../src/sweeps/described";
import { axesOf, cellsOf, figuresOf, median, placeAmong, placeOf, valuesOf } from "../src/sweeps/reading";

const run = (values: Record<string, Json>, kl: number | null): SweepRun => ({
  key: JSON.stringify(values),
  values,
  state: kl === null ? "failed" : "finished",
  run: "a",
  reason: null,
  figures: kl === null ? {} : { kl },
  updates: 1,
  seconds: 1,
});
const RUNS = [
  run({ method: "a", rate: 10, seed: 0 }, 1),
  run({ method: "a", rate: 10, seed: 1 }, 3),
  run({ method: "a", rate: 9, seed: 0 }, 2),
  run({ method: "b", rate: 9, seed: 0 }, 5),
  run({ method: "b", rate: 9, seed: 1 }, null),
];

describe("a sweep", () => {
  it("has its fields as axes, the seed only where there is no other", () => {
    expect(axesOf({ varied: ["method", "rate", "seed"], members: RUNS })).toEqual(["method", "rate"]);
    const alone = RUNS.filter(({ values }) => values.method === "b");
    expect(axesOf({ varied: ["method", "rate", "seed"], members: alone })).toEqual(["seed"]);
  });

  it("orders numbers by size and words as they come", () => {
    expect(valuesOf(RUNS, "rate")).toEqual([9, 10]);
    expect(valuesOf([...RUNS].reverse(), "method")).toEqual(["b", "a"]);
  });

  it("counts a failed run as worse than all others", () => {
    expect(median([3, 1, 2], 0, "kl")).toBe(2);
    expect(median([1, 2], 1, "kl")).toBe(2);
    expect(median([0.9, 0.8], 1, "mode_coverage")).toBe(0.8);
    expect(median([1], 1, "kl")).toBeNull();
    expect(median([], 0, "kl")).toBeNull();
  });

  it("has a cell for each pair of values, also where there is no run", () => {
    const cells = cellsOf(RUNS, "method", "rate", "kl");
    expect(cells.map(({ x, y, value, failed }) => [x, y, value, failed])).toEqual([
      ["a", 9, 2, 0],
      ["b", 9, null, 1],
      ["a", 10, 2, 0],
      ["b", 10, null, 0],
    ]);
  });

  it("places values along an axis from end to end", () => {
    expect([1, 10, 100].map((value) => placeAmong(value, [1, 10, 100]))).toEqual([0, 0.5, 1]);
    expect(placeAmong(2, [2])).toBe(0.5);
    expect(placeOf("b", ["a", "b", "c"])).toBe(0.5);
  });

  it("tells the headline first, and no sizes", () => {
    const figures = { mass_outside: null, kl_floor: null, log_z: null, kl: null } as never;
    expect(figuresOf({ groups: [{ values: {}, keys: [], ended: 0, failed: 0, figures }] })).toEqual([
      "kl",
      "mass_outside",
    ]);
  });
});

describe("the text of a sweep", () => {
  it("begins with the choice in the lab", () => {
    const choice = {
      dataset: { kind: "moons", noise: 0.1 },
      method: { kind: "exact" },
      seconds: null,
      updates: 50,
    } as unknown as RunConfig;
    expect(begun({ datasets: [], methods: [], recipes: {} } as unknown as Catalogue, choice)).toBe(
      'name = "exact on moons"\n\n[base]\ndataset = { kind = "moons", noise = 0.1 }\nupdates = 50\n\n' +
        '[grid]\n"method.kind" = ["exact"]\nseed = [0, 1, 2]\n',
    );
  });

  it("takes a field into its grid, before what follows", () => {
    expect(withField("[grid]\nseed = [0]\n\n[random]\ncount = 2\n", "a.b", 3)).toBe(
      '[grid]\nseed = [0]\n"a.b" = [3]\n\n[random]\ncount = 2\n',
    );
    expect(withField("[base]\nseconds = 2\n", "seed", 1)).toBe(
      '[base]\nseconds = 2\n\n[grid]\n"seed" = [1]\n',
    );
  });

  it("writes values as TOML", () => {
    expect(written({ kind: "points", labels: null, values: { rows: 3, of: [true, "x"] } })).toBe(
      '{ kind = "points", values = { rows = 3, of = [true, "x"] } }',
    );
  });
});
