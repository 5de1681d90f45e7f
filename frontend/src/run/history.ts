/** The history of the run on the page: a pure reduction of what the server sends about it. */
import { type DecodedFrame, over, showsImages } from "../protocol/frame";
import type { Keyframe, MetricRow, Run, RunEvent, RunSummary, ServerMessage } from "../protocol/wire";

/** Metric rows that are kept; beyond, the older ones are thinned. */
export const MOST_ROWS = 6000;

export interface RunHistory {
  info: Run;
  /** "stored" is the run that ships with the page and plays at the first paint. */
  source: "stored" | "server";
  /** Newest sequence number that is accounted for; what to ask for after a reconnect. */
  seq: number;
  /** Ascending by step, one a step. */
  rows: MetricRow[];
  /** Ascending by sequence number. */
  events: RunEvent[];
  keyframes: Keyframe[];
  /** Newest frame, over all before it. */
  frame: DecodedFrame | null;
  /** Sequence number after which metrics and events must be fetched again; null where nothing is missing. */
  gap: number | null;
  /** What the server said went wrong with this run's stream. */
  error: string | null;
  /** It was deleted on the server: only what was received is left of it. */
  gone: boolean;
}

export function openHistory(info: Run, source: RunHistory["source"]): RunHistory {
  const nothing = { seq: 0, rows: [], events: [], keyframes: [], frame: null, gap: null, error: null };
  return { info, source, ...nothing, gone: false };
}

/** The history after one message; messages about other runs, and ones seen already, change nothing. */
export function reduce(history: RunHistory, message: ServerMessage): RunHistory {
  if (!("run" in message) || message.run !== history.info.id || history.source !== "server") return history;
  switch (message.type) {
    case "run":
      // the config stays the one that was fetched, and so does its digest, until it is fetched again
      return { ...history, info: withSummary(history.info, message.info), error: null };
    case "metrics": {
      if (message.seq <= history.seq) return history;
      return { ...history, seq: message.seq, rows: thin(mergeRows(history.rows, message.rows)) };
    }
    case "event": {
      if (message.seq <= history.seq) return history;
      const event = { ...message.event, seq: message.event.seq || message.seq };
      return { ...history, seq: message.seq, events: mergeEvents(history.events, [event]) };
    }
    case "gap":
      return { ...history, gap: Math.min(message.after, history.gap ?? message.after) };
    case "error":
      return { ...history, error: message.message };
    default:
      return history;
  }
}

/** A run with what is newly told of it. */
function withSummary(info: Run, summary: RunSummary): Run {
  const { config, config_digest } = info;
  return { ...summary, config, config_digest };
}

/** Whether a run can be shown: its first frames may lack the map that the chains move on. */
export function hasPicture(frame: DecodedFrame | null | undefined): boolean {
  return !!frame && (frame.landscape !== null || showsImages(frame));
}

/** The history with a new frame. */
export function withFrame(history: RunHistory, frame: DecodedFrame): RunHistory {
  return { ...history, frame: over(frame, history.frame) };
}

/** The history after a gap was filled over REST. Rows and events that came meanwhile stay. */
export function fillGap(history: RunHistory, rows: MetricRow[], events: RunEvent[]): RunHistory {
  const seq = Math.max(
    history.seq,
    ...rows.map((row) => row.seq ?? 0),
    ...events.map((event) => event.seq ?? 0),
  );
  return {
    ...history,
    seq,
    gap: null,
    rows: thin(mergeRows(history.rows, rows)),
    events: mergeEvents(history.events, events),
  };
}

/** Both sorted by step; where a step is in both, the newer row adds to the older. */
export function mergeRows(rows: MetricRow[], newer: MetricRow[]): MetricRow[] {
  const last = rows.at(-1);
  const first = newer[0];
  if (!first) return rows;
  const ascending = newer.every((row, i) => i === 0 || row.step > newer[i - 1]!.step);
  if (ascending && (!last || first.step > last.step)) return [...rows, ...newer];
  const byStep = new Map(rows.map((row) => [row.step, row]));
  for (const row of newer) {
    const older = byStep.get(row.step);
    byStep.set(row.step, older ? { ...row, values: { ...older.values, ...row.values } } : row);
  }
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}

function mergeEvents(events: RunEvent[], newer: RunEvent[]): RunEvent[] {
  const known = new Set(events.map((event) => event.seq));
  const added = newer.filter((event) => event.seq === undefined || !known.has(event.seq));
  return added.length === 0 ? events : [...events, ...added].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
}

/** Every second row of the older three quarters goes once there are too many, rare figures excepted.
 *
 * A row that holds a figure which its neighbour lacks (the KL is measured less often than the loss) stays.
 */
export function thin(rows: MetricRow[]): MetricRow[] {
  if (rows.length <= MOST_ROWS) return rows;
  const recent = Math.floor(rows.length * 0.75);
  return rows.filter((row, i) => {
    if (i >= recent || i % 2 === 0) return true;
    const neighbour = rows[i - 1]!.values;
    return Object.keys(row.values).some((name) => !(name in neighbour));
  });
}

/** Index of the last row at or before a step, -1 where there is none. */
export function lastAt(rows: { step: number }[], step: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.step <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The newest step that is known of a run. */
export function newestStep({ info, rows, keyframes }: RunHistory): number {
  return Math.max(info.step, rows.at(-1)?.step ?? 0, keyframes.at(-1)?.step ?? 0);
}

/** Where the time axis ends: the run's length in updates, or what its time budget comes to at the speed so far.
 *
 * An estimate is rounded to two digits, so that the axis does not creep under what is drawn on it.
 */
export function endOfTime(history: RunHistory): number {
  const newest = newestStep(history);
  const { horizon, config } = history.info;
  const spent = history.rows.at(-1)?.seconds ?? 0;
  if (horizon !== null) return Math.max(horizon, newest, 1);
  if (
    !config.seconds ||
    spent <= 0.3 ||
    history.info.state === "stopped" ||
    history.info.state === "failed"
  ) {
    return Math.max(newest, 1);
  }
  const estimate = (newest / spent) * config.seconds;
  const digit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(estimate, 1))) - 1);
  return Math.max(Math.round(estimate / digit) * digit, newest, 1);
}
