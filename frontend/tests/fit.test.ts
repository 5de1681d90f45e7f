/** Of given points the page says how well they are fitted, and when an energy learns them by heart. */
import { beforeEach, describe, expect, it } from "vitest";
import { fit } from "../src/charts/fit";
import type { MetricRow, Run } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { history, kept, moment } from "../src/state";
import { byHeart, comparison, doubt, keptWords, memorises, strayed } from "../src/words/fit";
import { failures } from "../src/words/guards";
import { others } from "../src/words/quality";

const rowsOf = (nll: number[], train: number[]): MetricRow[] =>
  nll.map((value, i) => ({ seq: i, step: i, seconds: i, values: { nll: value, nll_train: train[i]! } }));

describe("beside a KDE", () => {
  it.each([
    [2.31, "0.040 nats better than a KDE"],
    [2.353, "As good as a KDE"],
    [2.6, "0.25 nats worse than a KDE"],
    [23, "20.6 nats worse than a KDE, and worse than a single Gaussian"],
  ])("an NLL of %s is %s", (nll, words) =>
    expect(comparison({ nll, nll_kde: 2.35, nll_gaussian: 2.9 })).toBe(words),
  );

  it("a Gaussian that does better than both is told", () => {
    const words = comparison({ nll: 3.17, nll_kde: 3.35, nll_gaussian: 3.12 });
    expect(words).toBe("0.18 nats better than a KDE, but worse than a single Gaussian");
  });

  it("nothing is said where no estimate is at hand", () => {
    expect(comparison({ nll: 2, kl: 0.1 })).toBeNull();
  });
});

/** Runs on 300 points (30 held out), as they went. */
describe("learning by heart", () => {
  it("is told where the gap opens and held-out points are fitted worse", () => {
    const persistent = rowsOf(
      [4.728, 4.374, 3.901, 4.034, 3.8, 3.804, 3.664, 6.245, 3.841, 5.838, 8.671],
      [4.678, 4.253, 3.55, 3.642, 3.19, 3.155, 2.82, 5.304, 2.508, 2.739, 4.631],
    );
    expect(memorises(persistent, 8)).toBe(false);
    expect(memorises(persistent)).toBe(true);
    expect(byHeart(persistent.at(-1)!.values)).toContain("fitted 4.04 nats better");
    const denoising = rowsOf(
      [4.702, 3.086, 2.951, 2.82, 2.836, 2.813, 2.981, 2.922, 3.014, 3.368, 3.687],
      [4.697, 3.154, 2.994, 2.815, 2.745, 2.714, 2.759, 2.675, 2.614, 2.699, 2.807],
    );
    expect(memorises(denoising, 8)).toBe(false);
    expect(memorises(denoising)).toBe(true);
  });

  it("is not told of a gap that is there by chance and stays", () => {
    const smoothed = rowsOf(
      [4.728, 4.374, 3.573, 3.526, 3.078, 3.012, 3.033, 3.001, 3.045, 3.034, 3.007],
      [4.678, 4.256, 3.251, 3.12, 2.689, 2.564, 2.591, 2.539, 2.522, 2.507, 2.522],
    );
    for (const { step } of smoothed) expect(memorises(smoothed, step)).toBe(false);
  });

  it("is not told of mass that has gone astray, nor of one bad moment", () => {
    expect(memorises(rowsOf([4, 3, 3, 7, 9], [3.9, 2.8, 2.8, 6.7, 8.8]))).toBe(false);
    expect(memorises(rowsOf([4, 3, 3, 3.1, 4], [3.9, 2.8, 2.8, 2.9, 2.8]))).toBe(false);
  });
});

describe("the moment that is kept", () => {
  const at = (step: number, state: Run["state"], kept_update: number) => {
    const config = { dataset: { kind: "points" }, method: { kind: "denoising" } };
    const info = { id: "a", state, step, metrics: { kept_update }, config } as unknown as Run;
    history.value = openHistory(info, "server");
  };
  beforeEach(() => {
    moment.value = null;
  });

  it("is marked while the run goes on, and shown when it has ended", () => {
    at(900, "running", 400);
    expect(kept.value).toEqual({ step: 400, shown: false });
    at(900, "finished", 400);
    expect(kept.value).toEqual({ step: 400, shown: true });
    expect(keptWords("400", { nll: 2 })).toBe(
      "The energy shown is that of update 400, the best by held-out points.",
    );
  });

  it("needs no mark where it is the last", () => {
    at(900, "finished", 900);
    expect(kept.value).toBeNull();
  });
});

it("a figure that rests on a rough log Z is not called exact", () => {
  expect(doubt({ log_z_error: 0.01 })).toBeNull();
  expect(doubt({ log_z_error: 0.0523 })).toBe(
    "Not exact: log Z, and each figure that rests on it, may be wrong by 0.052 nats.",
  );
});

it("what the chart and the sentences tell needs no rows of its own", () => {
  const names = others({
    nll: 2,
    nll_train: 1,
    nll_smoothed: 2,
    nll_kde: 2,
    nll_gaussian: 3,
    log_z_error: 1,
  });
  expect(names).toEqual([]);
});

it("the chart has both likelihoods, the references across it, and the kept moment", () => {
  const rows = rowsOf([3, 2, 2.5], [2.9, 1.8, 1.2]).map((row) => ({
    ...row,
    values: { ...row.values, nll_kde: 2.2, nll_gaussian: 4 },
  }));
  const colors = {
    ink: "#000",
    muted: "#777",
    line: "#eee",
    accent: "#f00",
    data: "#f90",
    chains: "#7fe",
    generator: "#e58cf5",
  };
  const { data, layout } = fit.figure(
    { rows, until: Number.POSITIVE_INFINITY, cursor: null, marks: [], kept: 1, horizon: 10, frame: null },
    colors,
  );
  expect(data.map(({ y }) => y)).toEqual([
    [2.2, 2.2],
    [4, 4],
    [3, 2, 2.5],
    [2.9, 1.8, 1.2],
  ]);
  expect(data[0]!.x).toEqual([0, 10]);
  expect((layout.shapes as { x0: number }[]).map(({ x0 }) => x0)).toEqual([1]);
  const [low, high] = (layout.yaxis as { range: [number, number] }).range;
  expect(low).toBeLessThan(1.3);
  expect(high).toBeGreaterThan(4);
});

it("a reference that is far off does not flatten the curves", () => {
  const rows = rowsOf([3, 2, 2.5], [2.9, 1.8, 1.2]).map((row) => ({
    ...row,
    values: { ...row.values, nll_kde: 2.2, nll_gaussian: 40 },
  }));
  const evidence = { rows, until: 9, cursor: null, marks: [], kept: null, horizon: 10, frame: null };
  const colors = {
    ink: "#000",
    muted: "#777",
    line: "#eee",
    accent: "#f00",
    data: "#f90",
    chains: "#7fe",
    generator: "#e58cf5",
  };
  const { layout } = fit.figure(evidence, colors);
  expect((layout.yaxis as { range: [number, number] }).range[1]).toBeLessThan(4);
});

it("mass where no data are is told in words", () => {
  expect(strayed({})).toBeNull();
  expect(strayed({ mass_outside: 0.002 })).toBeNull();
  expect(strayed({ mass_outside: 0.94 }, 0.1)).toBeNull();
  expect(strayed({ mass_outside: 0.94 })).toContain("94.0 % of the mass lies far from all data");
});

it("a sampler of images that has failed is told in words, once that means something", () => {
  const names = (metrics: Record<string, number>, progress = 1) =>
    failures(metrics, progress).map(({ name }) => name);
  expect(names({})).toEqual([]);
  expect(names({ variety: 0.9, saturation: -0.3, energy_gap: -1.2 })).toEqual([]);
  const bad = { variety: 0.12, saturation: 0.4, energy_gap: 30 };
  expect(names(bad, 0.1)).toEqual([]);
  expect(names(bad)).toEqual(["Few kinds of images.", "Chains run off.", "Energies drift apart."]);
  expect(failures(bad)[0]!.sentence).toContain("vary 12.0 % as much as real images do");
});
