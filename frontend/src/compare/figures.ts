/** What was measured of a run of a comparison up to an update: the numbers that its table and its rules read. */
import type { MetricRow } from "../protocol/wire";
import { lastAt } from "../run/history";
import { figuresUpTo } from "../run/measured";
import { type Raced, tells, timeAt } from "./clock";

export type Family = "mcmc" | "learned_sampler" | "score_matching" | "hybrid";

/** When a run was first so near, and what it had taken by then. */
export interface Reached {
  updates: number;
  seconds: number;
  evaluations: number | null;
}

export interface Figures {
  /** "A", "B" and so on. */
  letter: string;
  /** The method's title. */
  method: string;
  family: Family | null;
  failed: boolean;
  updates: number;
  seconds: number;
  /** Points times evaluations of the energy with its gradient, and of its value alone. */
  evaluations: number | null;
  values: number | null;
  /** Weights of the energy, and of what learns beside it. */
  weights: number | null;
  beside: number | null;
  /** From the data's own density, in nats; the best so far, and the worst after that. */
  kl: number | null;
  best: number | null;
  worstAfterBest: number | null;
  klBestTemperature: number | null;
  bestTemperature: number | null;
  nll: number | null;
  frechet: number | null;
  frechetFloor: number | null;
  massOutside: number | null;
  modesOfEnergy: number | null;
  modesOfSamples: number | null;
  distance: number | null;
  distanceFloor: number | null;
  /** By the distance in nats. */
  reached: Record<string, Reached | null>;
  /** Those of each seed, where these are their medians. */
  seeds?: Figures[];
}

/** Distances whose first time is told. */
export const NEAR = [0.1, 0.05];

/** A metric as runs of any method are compared by it: the KL is that from the data, also where a method blurs them. */
export function compared(values: Record<string, number>, name: string): number | null {
  const value = name === "kl" ? (values.kl_data ?? values.kl) : values[name];
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** The figures of a run up to an update. */
export function figuresOf(
  run: Raced,
  until: number,
  is: { letter: string; method: string; family: Family | null },
): Figures {
  const newest = run.rows.at(-1);
  const made = Math.max(run.info.step, newest?.step ?? 0);
  const whole = until >= made;
  const { values } = figuresUpTo(run, until, null, !whole);
  const rows = run.rows.slice(0, lastAt(run.rows, until) + 1);
  const updates = Math.min(until, made);
  const told = (name: string) => compared(values, name);
  /** What stays as it is through a run. */
  const always = (name: string) => told(name) ?? compared(run.info.metrics, name);
  return {
    ...is,
    failed: run.info.state === "failed" && whole,
    updates,
    seconds: whole ? Math.max(run.info.seconds, newest?.seconds ?? 0) : timeAt("seconds", run, updates),
    evaluations: tells("evaluations", run) ? timeAt("evaluations", run, updates) : null,
    values: told("value_evaluations"),
    weights: always("energy_parameters"),
    beside: always("other_parameters"),
    kl: told("kl"),
    ...extremes(rows),
    klBestTemperature: told("kl_best_temperature"),
    bestTemperature: told("best_temperature"),
    nll: told("nll"),
    frechet: told("frechet"),
    frechetFloor: told("frechet_floor"),
    massOutside: told("mass_outside"),
    modesOfEnergy: told("mode_coverage"),
    modesOfSamples: told("sample_coverage"),
    distance: told("sliced_wasserstein"),
    distanceFloor: told("sliced_wasserstein_floor"),
    reached: Object.fromEntries(NEAR.map((near) => [near, reachedAt(rows, near)])),
  };
}

/** The least KL of some rows, and the greatest that came after it. */
function extremes(rows: MetricRow[]): Pick<Figures, "best" | "worstAfterBest"> {
  const found = rows.flatMap((row) => compared(row.values, "kl") ?? []);
  if (found.length === 0) return { best: null, worstAfterBest: null };
  const best = Math.min(...found);
  return { best, worstAfterBest: Math.max(...found.slice(found.lastIndexOf(best))) };
}

/** The first row that is as near. */
function reachedAt(rows: MetricRow[], near: number): Reached | null {
  const row = rows.find(({ values }) => (compared(values, "kl") ?? Number.POSITIVE_INFINITY) <= near);
  if (!row) return null;
  const { step: updates, seconds, values } = row;
  return { updates, seconds, evaluations: values.gradient_evaluations ?? null };
}
