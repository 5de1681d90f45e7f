/** Runs of a comparison for tests to fill. */
import type { Raced } from "../../src/compare/clock";
import type { Figures } from "../../src/compare/figures";
import type { MetricRow, Run } from "../../src/protocol/wire";

const config = {
  dataset: { kind: "pinwheel" },
  method: { kind: "persistent" },
  energy: { kind: "mlp" },
  optimization: {},
  seed: 0,
  seconds: null,
  updates: 1000,
  device: "cpu",
} as const;

/** A row a hundred updates: so many seconds and evaluations an update, and what the KL was. */
export function raced(
  {
    state = "running",
    seconds = 0.01,
    evaluations = 100,
  }: { state?: Run["state"]; seconds?: number; evaluations?: number },
  kls: number[],
): Raced {
  const rows: MetricRow[] = kls.map((kl, i) => ({
    seq: i + 1,
    step: 100 * (i + 1),
    seconds: seconds * 100 * (i + 1),
    values: { kl, gradient_evaluations: evaluations * 100 * (i + 1) },
  }));
  const last = rows.at(-1);
  const info = {
    ...{ id: "a", name: "", state, reason: null, created: "", started: null, ended: null, horizon: 1000 },
    ...{ step: last?.step ?? 0, seconds: last?.seconds ?? 0, metrics: last?.values ?? {}, seq: rows.length },
    ...{
      speed: null,
      parent: null,
      parent_step: null,
      long_update: null,
      usage: null,
      asleep: false,
      pinned: false,
      tags: [],
      sweep: null,
      seed: 0,
      first_plugins: [],
      plugins: [],
      repeats: false,
    },
    ...{ config, dataset: "pinwheel", method: "persistent", config_digest: "" },
  } as Run;
  return { info, rows, keyframes: rows.map(({ step, seconds: at }) => ({ step, seconds: at })) };
}

export function figures(more: Partial<Figures>): Figures {
  return {
    ...{ letter: "A", method: "Persistent CD", family: "mcmc", failed: false, updates: 1000, seconds: 10 },
    ...{
      evaluations: 100_000,
      values: 0,
      weights: 8000,
      beside: 0,
      kl: 0.01,
      best: 0.01,
      worstAfterBest: 0.01,
    },
    ...{ klBestTemperature: 0.01, bestTemperature: 1, nll: 1, frechet: null, frechetFloor: null },
    ...{ massOutside: 0, modesOfEnergy: 1, modesOfSamples: 1, distance: 0.1, distanceFloor: 0.1 },
    ...{ reached: { "0.1": null, "0.05": null } },
    ...more,
  } as Figures;
}

/** When a distance was reached. */
export const after = (seconds: number) => ({ updates: 100, seconds, evaluations: 1000 });
