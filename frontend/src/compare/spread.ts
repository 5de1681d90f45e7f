/** Metrics of runs on one clock: each at the same times, so that all can be read at once; of repeats the median and range. */
import type { MetricRow } from "../protocol/wire";
import { type Clock, newestTime, type Raced, timeAt } from "./clock";
import { compared } from "./figures";

export interface Line {
  times: number[];
  /** The median of the repeats that have got so far; null before the first value. */
  middle: (number | null)[];
  least: (number | null)[];
  greatest: (number | null)[];
  /** How many runs it is of. */
  runs: number;
}

/** Times up to an end: evenly by ratio and evenly by distance, since most happens early. */
export function grid(end: number, count = 120): number[] {
  const even = Array.from({ length: count }, (_, i) => ((i + 1) / count) * end);
  const early = Array.from({ length: count / 2 }, (_, i) => end * 10 ** (-3 * (1 - i / (count / 2))));
  return [...new Set([...even, ...early])].sort((a, b) => a - b);
}

/** The value of a metric at each time: the newest not later, and none after a run's newest update. */
export function valuesAt(run: Raced, name: string, clock: Clock, times: number[]): (number | null)[] {
  const told = run.rows.flatMap((row: MetricRow) => {
    const value = compared(row.values, name);
    return value === null ? [] : [{ time: timeAt(clock, run, row.step), value }];
  });
  const newest = newestTime(clock, run);
  let at = -1;
  return times.map((time) => {
    while (at + 1 < told.length && told[at + 1]!.time <= time) at++;
    return at < 0 || time > newest * (1 + 1e-9) ? null : told[at]!.value;
  });
}

/** A run and its repeats with other seeds, as one line. */
export function lineOf(runs: Raced[], name: string, clock: Clock, times: number[]): Line {
  const all = runs.map((run) => valuesAt(run, name, clock, times));
  const sorted = times.map((_, i) => all.flatMap((values) => values[i] ?? []).sort((a, b) => a - b));
  return {
    times,
    middle: sorted.map(median),
    least: sorted.map((values) => values[0] ?? null),
    greatest: sorted.map((values) => values.at(-1) ?? null),
    runs: runs.length,
  };
}

/** The middle of some values in order, or between the two middle ones. */
export function median(sorted: number[]): number | null {
  if (sorted.length === 0) return null;
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}
