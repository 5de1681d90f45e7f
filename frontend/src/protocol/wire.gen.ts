/** Made from the server's models by `npm run types`; do not edit. */

/**
 * Everything the page needs a type for; only its schema is used.
 */
export interface Protocol {
  page: Watch | Unwatch | Ping;
  server: Welcome | Pong | RunsChanged | RunMessage | MetricsMessage | EventMessage | Gap | ErrorMessage | FrameMessage;
  run: Run;
  metric_row: MetricRow;
  event: Event;
  keyframe: KeyframeInfo;
  problem: Problem;
  steps: Steps;
  patch: Patch;
}
export interface Watch {
  type: "watch";
  run: string;
  after: number;
  frames_per_second: number;
}
export interface Unwatch {
  type: "unwatch";
  run: string;
}
export interface Ping {
  type: "ping";
}
export interface Welcome {
  type: "welcome";
  version: string;
}
export interface Pong {
  type: "pong";
}
/**
 * The list of runs changed: fetch it again.
 */
export interface RunsChanged {
  type: "runs";
}
export interface RunMessage {
  type: "run";
  run: string;
  seq: number;
  info: Run;
}
/**
 * A run as the page sees it. Times are ISO 8601 in UTC.
 */
export interface Run {
  id: string;
  name: string;
  state: "queued" | "starting" | "running" | "paused" | "finished" | "stopped" | "failed";
  reason?: string | null;
  config: {
    [k: string]: unknown;
  };
  created: string;
  started?: string | null;
  ended?: string | null;
  step: number;
  seconds: number;
  horizon?: number | null;
  metrics: {
    [k: string]: number;
  };
  seq: number;
  speed?: number | null;
}
export interface MetricsMessage {
  type: "metrics";
  run: string;
  seq: number;
  rows: MetricRow[];
}
export interface MetricRow {
  seq: number;
  step: number;
  seconds: number;
  values: {
    [k: string]: number;
  };
}
export interface EventMessage {
  type: "event";
  run: string;
  seq: number;
  event: Event;
}
/**
 * Something that happened to a run at a step.
 */
export interface Event {
  seq: number;
  step: number;
  kind: "change" | "state" | "log";
  path?: string | null;
  value?: unknown;
  previous?: unknown;
  text?: string | null;
}
/**
 * Forget metrics and events after `after` and fetch them again over REST.
 */
export interface Gap {
  type: "gap";
  run: string;
  after: number;
}
export interface ErrorMessage {
  type: "error";
  run?: string | null;
  message: string;
}
/**
 * One moment of a run. Without a landscape the last one still holds.
 */
export interface FrameMessage {
  type: "frame";
  run: string;
  step: number;
  seconds: number;
  metrics: {
    [k: string]: number;
  };
  arrays: {
    [k: string]: PackedArray;
  };
  landscape?: PackedLandscape | null;
}
/**
 * Raw little-endian numbers, C order. f4 is float32, u1 and u2 unsigned integers.
 */
export interface PackedArray {
  dtype: "f4" | "u1" | "u2";
  shape: number[];
  data: Uint8Array;
}
/**
 * Quantised: value = lo + (hi - lo) * q / (2**bits - 1). Row 0 is the lowest y; cell centres
 * over [-extent, extent]^2.
 */
export interface PackedLandscape {
  dtype: "f4" | "u1" | "u2";
  shape: number[];
  data: Uint8Array;
  lo: number;
  hi: number;
  extent: number;
}
export interface KeyframeInfo {
  step: number;
  seconds: number;
}
/**
 * Why a value is refused.
 */
export interface Problem {
  path: string;
  value?: unknown;
  message: string;
  allowed?: string | null;
}
export interface Steps {
  updates: number;
}
/**
 * Live changes by path, and the speed limit (null lifts it; left out keeps it).
 */
export interface Patch {
  changes: {
    [k: string]: unknown;
  };
  speed?: number | null;
}
