/** What a sweep comes to, as pure functions of its runs: axes, cells of a map, lines through all fields. */
import type { Json, Sweep, SweepRun } from "../protocol/wire";

/** Figures of which more is better. */
const HIGH =
  /^(mode_coverage|sample_coverage|class_coverage|classifier_score|confidence|accuracy|precision|recall|ood_.*)$/;
/** The first that there is tells how good a run is. */
const HEADLINES = ["kl", "nll", "frechet"];
/** Figures of sizes and sums, which tell nothing of how good a run is, and those that are best neither high nor low. */
const ASIDE =
  /^(log_z|energy_parameters|other_parameters|value_evaluations|kept_update|variety|energy_gap)|_floor$|_error$/;
const SEED = "seed";

/** Figures that can be shown, the headline first. */
export function figuresOf({ groups }: Pick<Sweep, "groups">): string[] {
  const known = [...new Set(groups.flatMap(({ figures }) => Object.keys(figures)))];
  const first = HEADLINES.filter((name) => known.includes(name));
  const rest = known.filter((name) => !first.includes(name) && !ASIDE.test(name));
  return [...first, ...rest];
}

/** The values that runs have of a field, in their order: numbers by size, others as they come. */
export function valuesOf(runs: SweepRun[], path: string): Json[] {
  const found = new Map<string, Json>();
  for (const { values } of runs) if (path in values) found.set(JSON.stringify(values[path]), values[path]!);
  const all = [...found.values()];
  return all.every((value) => typeof value === "number") ? (all as number[]).sort((a, b) => a - b) : all;
}

/** Fields that can be an axis: the seed only where runs differ by nothing else. */
export function axesOf({ varied, members }: Pick<Sweep, "varied" | "members">): string[] {
  const many = varied.filter((path) => valuesOf(members, path).length > 1);
  const others = many.filter((path) => path !== SEED);
  return others.length > 1 ? others : many;
}

/** The middle value, with each failed run worse than all others: null where such a one decides. */
export function median(values: number[], failed: number, figure: string): number | null {
  const high = HIGH.test(figure);
  const sorted = [...values].sort((a, b) => (high ? b - a : a - b));
  const place = (sorted.length + failed - 1) / 2;
  const [low, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === undefined || above === undefined ? null : (low + above) / 2;
}

export interface Cell {
  x: Json;
  y: Json | null;
  runs: SweepRun[];
  ended: number;
  failed: number;
  /** Null where none has ended, or failures decide it. */
  value: number | null;
}

/** Every pair of values of two fields, with the median of the runs that have both; of one field where the second is null. */
export function cellsOf(runs: SweepRun[], across: string, down: string | null, figure: string): Cell[] {
  const has = (run: SweepRun, path: string, value: Json) =>
    path in run.values && JSON.stringify(run.values[path]) === JSON.stringify(value);
  const lines: (Json | null)[] = down === null ? [null] : valuesOf(runs, down);
  return lines.flatMap((y) =>
    valuesOf(runs, across).map((x) => {
      const own = runs.filter((run) => has(run, across, x) && (down === null || has(run, down, y)));
      const values = own.flatMap(({ figures }) => figures[figure] ?? []);
      const failed = own.filter(({ state }) => state === "failed").length;
      return {
        x,
        y,
        runs: own,
        ended: values.length + failed,
        failed,
        value: median(values, failed, figure),
      };
    }),
  );
}

/** Whether a figure is best shown by its logarithm: a distance over more than a factor of five. */
export function isWide(values: number[]): boolean {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least > 0 && most / least > 5;
}

/** Where in [0, 1] a number is among all that there are, by its logarithm where they are wide. */
export function placeAmong(value: number, values: number[]): number {
  const scale = isWide(values) ? Math.log : (v: number) => v;
  const [least, most] = [scale(Math.min(...values)), scale(Math.max(...values))];
  return most === least ? 0.5 : (scale(value) - least) / (most - least);
}

/** A place on a field's axis: by size where its values are many numbers, else one after the other. */
export function placeOf(value: Json, values: Json[]): number {
  if (typeof value === "number" && values.length > 8) return placeAmong(value, values as number[]);
  const i = values.findIndex((one) => JSON.stringify(one) === JSON.stringify(value));
  return values.length > 1 ? i / (values.length - 1) : 0.5;
}

/** Whether less of a figure is better. */
export const lessIsBetter = (figure: string) => !HIGH.test(figure);
