/** Recorded runs of each pair, which play on the stage while a choice or a run has nothing of its own to show. */
import { decode } from "@msgpack/msgpack";
import { effect } from "@preact/signals";
import { type DecodedFrame, decodeFrame, over } from "../protocol/frame";
import type { Catalogue, RunConfig, StoredRun } from "../protocol/wire";
import {
  awaited,
  catalogue,
  composing,
  draft,
  recordedFrame,
  recording,
  recordings,
  rolling,
  stored,
} from "../state";
import { loop } from "./loop";
import { moved } from "./moved";

/** Milliseconds from a frame to the next; the stage eases between them. */
const EVERY = 300;

/** The frame of a recording so many milliseconds after it began; it begins again at its end. */
export function frameAt(frames: DecodedFrame[], elapsed: number): DecodedFrame | null {
  return frames[Math.floor(elapsed / EVERY) % frames.length] ?? null;
}

/** The frames of a recording: arrays that stay as they are come with the first. */
export function framesOf({ run, frames }: StoredRun): DecodedFrame[] {
  const name = `recording ${run.dataset}/${run.method}`;
  let before: DecodedFrame | null = null;
  return frames.map((wire) => (before = over(decodeFrame({ ...wire, run: name }), before)));
}

/** What plays, and since when. */
let playing: { run: StoredRun; frames: DecodedFrame[]; since: number } | null = null;

/** Shows the recording that is wanted now, where there is one: its end, where nothing shall move. */
function advance(now: number, still: boolean): void {
  const run = recording.value;
  if (playing?.run !== run) playing = run && { run, frames: framesOf(run), since: now };
  const last = playing?.frames.at(-1) ?? null;
  recordedFrame.value = playing && !still ? frameAt(playing.frames, now - playing.since) : last;
}

/** Pairs that are read, or are being read. */
const asked = new Set<string>();

async function load(pair: string): Promise<void> {
  if (asked.has(pair)) return;
  asked.add(pair);
  const found = await read(pair).catch(() => null);
  recordings.value = { ...recordings.value, [pair]: found };
}

async function read(pair: string): Promise<StoredRun | null> {
  const answer = await fetch(`demo/pairs/${pair}.recording`, { credentials: "same-origin" });
  if (!answer.ok || !answer.body) return null;
  const whole = new Response(answer.body.pipeThrough(new DecompressionStream("gzip")));
  return decode(new Uint8Array(await whole.arrayBuffer())) as StoredRun;
}

/** Whether both of a pair are the package's own, and the data are made and not files: of others there are none. */
export function ofPackage({ datasets, plugins }: Catalogue, pair: string): boolean {
  const kinds = pair.split("/");
  const outside = plugins?.some(({ kind }) => kinds.includes(kind)) ?? false;
  const made = datasets.find(({ kind, table, pictures }) => kind === kinds[0] && !table && !pictures);
  return !outside && !!made && !Object.values(made.schema.properties ?? {}).some(({ local }) => local);
}

/** The pairs that a viewer comes to from a choice by another method. */
export function pairsBeside(known: Catalogue, { dataset }: RunConfig): string[] {
  return known.methods.map(({ kind }) => `${dataset.kind}/${kind}`).filter((pair) => ofPackage(known, pair));
}

/** Reads what may be wanted next, one after the other, while nothing else is to be done. */
async function loadIdly(pairs: string[], wanted: () => boolean): Promise<void> {
  await moved;
  for (const pair of pairs) {
    await new Promise<unknown>((idle) => (globalThis.requestIdleCallback ?? setTimeout)(idle));
    if (!wanted()) return;
    await load(pair);
  }
}

/** Sees to it that recordings are there where they are wanted, and that they play, unless nothing shall move. */
export function playRecordings(still: () => boolean): void {
  let beside: string[] = [];
  effect(() => {
    const pairs = catalogue.value && draft.value ? pairsBeside(catalogue.value, draft.value) : [];
    if (pairs.join() === beside.join()) return;
    beside = pairs;
    void loadIdly(pairs, () => beside === pairs);
  });
  effect(() => {
    const pair = awaited.value;
    if (pair && catalogue.value && ofPackage(catalogue.value, pair)) void load(pair);
  });
  let away = false;
  effect(() => {
    // whoever comes back to the stored run finds it moving
    if (away && !composing.value && stored.value) rolling.value = !still();
    away = composing.value;
  });
  loop.add({ every: 0, draw: (now) => advance(now, still()) });
}
