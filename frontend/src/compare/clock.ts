/** The one clock of a comparison: where each run stands on it, and which update a run had made at a time.
 *
 * A run's rows say what the clock showed at some of its updates; between them it goes on in proportion.
 */
import type { Keyframe, MetricRow, Run } from "../protocol/wire";
import { endOfTime, newestStep, type RunHistory } from "../run/history";

/** What a comparison knows of a run. */
export interface Raced {
  info: Run;
  /** Ascending by step. */
  rows: MetricRow[];
  /** Ascending by step. */
  keyframes: Keyframe[];
}

export type Clock = "updates" | "seconds" | "evaluations";
export const CLOCKS: Clock[] = ["updates", "seconds", "evaluations"];

interface Knots {
  steps: number[];
  times: number[];
}

const known = new WeakMap<MetricRow[], Partial<Record<Clock, Knots>>>();

/** Updates and times at which the rows tell both, both ascending. */
function knotsOf(clock: Clock, rows: MetricRow[]): Knots {
  const kept = known.get(rows) ?? {};
  known.set(rows, kept);
  return (kept[clock] ??= readKnots(clock, rows));
}

function readKnots(clock: Clock, rows: MetricRow[]): Knots {
  const knots: Knots = { steps: [0], times: [0] };
  for (const row of rows) {
    const time = timeOf(clock, row.step, row.seconds, row.values);
    if (time === null || row.step <= knots.steps.at(-1)! || time < knots.times.at(-1)!) continue;
    knots.steps.push(row.step);
    knots.times.push(time);
  }
  return knots;
}

function timeOf(clock: Clock, step: number, seconds: number, values: Record<string, number>): number | null {
  if (clock === "updates") return step;
  return clock === "seconds" ? seconds : (values.gradient_evaluations ?? null);
}

/** Whether a run tells what the clock counts: runs of before it was counted have no evaluations. */
export function tells(clock: Clock, { info, rows }: Raced): boolean {
  if (clock !== "evaluations" || newestStep(historyOf({ info, rows, keyframes: [] })) === 0) return true;
  return "gradient_evaluations" in info.metrics || rows.some((row) => "gradient_evaluations" in row.values);
}

/** What the clock shows when a run has made so many updates. */
export function timeAt(clock: Clock, { rows }: Pick<Raced, "rows">, step: number): number {
  if (clock === "updates") return step;
  const { steps, times } = knotsOf(clock, rows);
  return between(steps, times, step);
}

/** How many updates a run has made when the clock shows a time. */
export function stepAt(clock: Clock, { rows }: Pick<Raced, "rows">, time: number): number {
  if (time === Number.POSITIVE_INFINITY) return time;
  if (clock === "updates") return Math.floor(time);
  const { steps, times } = knotsOf(clock, rows);
  return Math.floor(between(times, steps, time) + 1e-6);
}

/** The value at a place of a line through knots, which goes on beyond the last one as it came there from 0. */
function between(from: number[], to: number[], at: number): number {
  const last = from.length - 1;
  if (at >= from[last]!) {
    if (last === 0 || from[last] === 0) return 0;
    return to[last]! + (at - from[last]!) * (to[last]! / from[last]!);
  }
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (from[middle]! <= at) low = middle;
    else high = middle;
  }
  const share = (at - from[low]!) / (from[high]! - from[low]!);
  return to[low]! + share * (to[high]! - to[low]!);
}

/** Whether a run goes on, or will. */
export function goesOn({ info }: Pick<Raced, "info">): boolean {
  return ["queued", "starting", "running", "paused"].includes(info.state);
}

/** What the clock shows at the newest update of a run. */
export function newestTime(clock: Clock, run: Raced): number {
  return timeAt(clock, run, newestStep(historyOf(run)));
}

/** The runs that the live clock waits for: those that go on, and of these not the ones that wait for room. */
export function waitedFor<R extends Pick<Raced, "info">>(runs: R[]): R[] {
  const going = runs.filter(goesOn);
  const begun = going.filter(({ info }) => info.state !== "queued");
  return begun.length > 0 ? begun : going;
}

/** What the clock shows while runs go on: it follows the slowest of these, and none that has ended. */
export function liveTime(clock: Clock, runs: Raced[]): number {
  const going = waitedFor(runs);
  const times = (going.length > 0 ? going : runs).map((run) => newestTime(clock, run));
  return going.length > 0 ? Math.min(...times) : Math.max(0, ...times);
}

/** Where the axis of the clock ends: where the last of the runs will end, as far as known. */
export function lastTime(clock: Clock, runs: Raced[]): number {
  return Math.max(...runs.map((run) => endTime(clock, run)), clock === "seconds" ? 0.1 : 1);
}

function endTime(clock: Clock, run: Raced): number {
  const newest = newestTime(clock, run);
  if (!goesOn(run)) return newest;
  if (clock === "seconds" && run.info.config.seconds) return Math.max(newest, run.info.config.seconds);
  const history = historyOf(run);
  const [made, whole] = [newestStep(history), endOfTime(history)];
  return clock === "updates" ? whole : made > 0 ? newest * Math.max(1, whole / made) : newest;
}

/** As a run of the lab is told. */
function historyOf({ info, rows, keyframes }: Raced): RunHistory {
  const nothing = { seq: 0, events: [], frame: null, gap: null, error: null, gone: false };
  return { info, source: "server", rows, keyframes, ...nothing };
}
