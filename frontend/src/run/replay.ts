/** Replays: the stored run of the first paint, and the keyframes of any run of the server. */
import { batch } from "@preact/signals";
import * as api from "../protocol/api";
import { type DecodedFrame, decodeFrame } from "../protocol/frame";
import type { Keyframe, StoredRun, WireFrame } from "../protocol/wire";
import { history, moment, momentFrame, notice, rolling, step } from "../state";
import { lastAt } from "./history";

/** Decoded keyframes that are kept. */
const KEPT = 80;
/** Seconds that a whole replay takes. */
const LENGTH = 14;
/** Seconds on the last frame before the stored run begins again. */
const REST = 5;

/** Where the frames of a replay come from: keyframes, which bring all their parts. */
export interface Film {
  /** Ascending by step. */
  keyframes: Keyframe[];
  frame: (step: number) => Promise<DecodedFrame>;
  /** The frame, where it is at hand now. */
  ready: (step: number) => DecodedFrame | null;
}

/** `rest` reads the frames that have not come with the run. */
export function storedFilm(run: StoredRun, rest: () => Promise<WireFrame[]>): Film {
  const decoded = new Map<number, DecodedFrame>();
  const wires = new Map(run.frames.map((frame) => [frame.step, frame]));
  const ready = (at: number) => {
    const wire = wires.get(at);
    if (!wire) return null;
    const frame = decoded.get(at) ?? decodeFrame({ ...wire, run: run.run.id });
    decoded.set(at, frame);
    return frame;
  };
  return {
    keyframes: run.keyframes ?? run.frames.map(({ step: at, seconds }) => ({ step: at, seconds })),
    ready,
    frame: async (at) => {
      const known = ready(at);
      if (known) return known;
      for (const frame of await rest()) wires.set(frame.step, frame);
      return ready(at) ?? Promise.reject(new Error(`the stored run has no frame at update ${at}`));
    },
  };
}

export function serverFilm(id: string, keyframes: Keyframe[]): Film {
  const decoded = new Map<number, DecodedFrame>();
  return {
    keyframes,
    ready: (at) => decoded.get(at) ?? null,
    frame: async (at) => {
      const known = decoded.get(at);
      if (known) return known;
      const frame = await api.keyframe(id, at);
      decoded.set(at, frame);
      if (decoded.size > KEPT) decoded.delete(decoded.keys().next().value as number);
      return frame;
    },
  };
}

let film: Film | null = null;
/** Where a rolling replay is: index of a keyframe, with the way to the next one as the fraction. */
let position = 0;
let rolled = 0;
let wanted = 0;

/** Puts in the frames to replay from; the newest frame stays on the stage. */
export function load(next: Film | null): void {
  film = next;
  batch(() => {
    moment.value = null;
    momentFrame.value = null;
    rolling.value = false;
  });
}

/** The frames that are replayed from. */
export const loadedFilm = (): Film | null => film;

/** Puts in later keyframes of the same run; what was decoded stays. */
export function extend(keyframes: Keyframe[]): void {
  if (film) film.keyframes = keyframes;
}

/** The keyframe at or before a step, as its index; 0 where all are later. */
export function keyframeAt(keyframes: Keyframe[], at: number): number {
  return Math.max(0, lastAt(keyframes, at));
}

/** Shows the keyframe at or before a step. Of several calls in a row the last one counts. */
export async function seek(at: number): Promise<void> {
  if (!film || film.keyframes.length === 0) return;
  const index = keyframeAt(film.keyframes, at);
  const key = film.keyframes[index]!.step;
  if (!rolling.value) position = index;
  const request = ++wanted;
  moment.value = key;
  if (!rolling.value) step.value = key;
  const frame = film.ready(key) ?? (await film.frame(key).catch(explain));
  if (request !== wanted || !frame) return;
  momentFrame.value = frame;
}

function explain(error: Error): null {
  notice.value = { tone: "fault", text: `The frame of that moment cannot be shown. ${error.message}` };
  return null;
}

/** Steps one keyframe forward or back. */
export function nudge(by: 1 | -1): void {
  if (!film) return;
  rolling.value = false;
  const index = moment.value === null ? film.keyframes.length : keyframeAt(film.keyframes, moment.value);
  const next = film.keyframes[Math.min(Math.max(index + by, 0), film.keyframes.length - 1)];
  if (next) void seek(next.step);
}

/** Lets the replay run on from the moment shown, or from the start where that is the end. */
export function roll(): void {
  if (!film || film.keyframes.length < 2) return;
  const at = moment.value === null ? 0 : keyframeAt(film.keyframes, moment.value);
  position = at >= film.keyframes.length - 1 ? 0 : at;
  rolled = 0;
  rolling.value = true;
}

/** Moves a rolling replay on; called by the loop. */
export function advance(now: number): void {
  if (!film || !rolling.value) return;
  const elapsed = rolled === 0 ? 0 : Math.min(0.5, (now - rolled) / 1000);
  rolled = now;
  const last = film.keyframes.length - 1;
  const perSecond = Math.max(last / LENGTH, 1);
  position += elapsed * perSecond;
  const index = Math.min(Math.floor(position), last);
  const key = film.keyframes[index]!.step;
  if (moment.value !== key) void seek(key);
  const next = film.keyframes[index + 1]?.step ?? key;
  step.value = Math.floor(key + (next - key) * Math.min(1, position - index));
  const again = history.value?.source === "stored";
  if (position < last + (again ? REST * perSecond : 0)) return;
  position = 0;
  rolling.value = again;
}

/** Leaves the replay for the newest frame. */
export function backToLive(): void {
  wanted++;
  batch(() => {
    rolling.value = false;
    moment.value = null;
    momentFrame.value = null;
  });
}
