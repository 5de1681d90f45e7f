/** The way that is shown of a run on images: where it starts, under which condition, and what was made. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { Latest } from "../actions/latest";
import * as api from "../protocol/api";
import type { DecodedFrame, NumericArray } from "../protocol/frame";
import type { AskedWay, PlugInConfig, StartImage } from "../protocol/wire";
import type { ImageSource } from "../stage";
import { sentence } from "../words/format";
import { closed, type Hole, isOpen } from "./hole";
import { readImage } from "./ownImage";
import { CALLED, imageOfTile } from "./tiles";
import { decodeWay, nearestKept, type Way } from "./way";

/** Where a way starts: noise, the tile that was opened, a held-out image, or one of one's own. */
export type From = "noise" | "tile" | "held_out" | "own";

/** A run as it stands on its stage: what its ways follow. */
export interface Shown {
  run: string;
  dataset: PlugInConfig;
  /** The past moment that is shown; null is that of now. */
  moment: number | null;
  /** Updates that it has made, and whether it may make more. */
  step: number;
  goesOn: boolean;
}

/** The tile that was opened. */
export interface Opened {
  /** The stage that it is on; null once its run is seen there no more. */
  on: ReadonlySignal<Shown | null>;
  run: string;
  /** What it is called, such as "Chain 12". */
  name: string;
  number: number;
  image: NumericArray;
}

/** All that decides a way beside the moment. */
export interface Choice {
  from: From;
  /** The own image, once there is one. */
  own: NumericArray | null;
  row: number;
  noise: number;
  hole: Hole;
  label: number | null;
  /** The held-out image that a straight line goes to; null for a chain. */
  to: number | null;
  seed: number;
  /** Of a chain; null leaves them to the method. */
  steps: number | null;
}

/** The classes that the energy of the opened run knows; its first way tells. */
export const classes = signal(0);

export const opened = signal<Opened | null>(null);
export const choice = signal<Choice | null>(null);
export const made = signal<Way | null>(null);
export const busy = signal(false);
export const refused = signal<string | null>(null);
/** The moment of the way under the pointer; null is its end. */
export const at = signal<number | null>(null);
/** The update whose energy is asked for; null is that of now. */
const step = signal<number | null>(null);
/** The past moment on the stage whose weights are not kept, where those of a near one stand in. */
export const instead = signal<number | null>(null);

/** The run has gone on since the way's moment. */
export const behind = computed(() => {
  const shown = opened.value?.on.value;
  return Boolean(
    shown?.goesOn && shown.moment === null && made.value !== null && shown.step > made.value.step,
  );
});

/** Opens a tile: its way starts from noise, or with as much noise as is given from the tile. */
function open(tile: Opened, from: From, noise: number): void {
  const [, , height, width] = tile.image.shape as [number, number, number, number];
  batch(() => {
    opened.value = tile;
    choice.value = {
      from,
      own: null,
      row: tile.number,
      noise,
      hole: closed(width, height),
      label: null,
      to: null,
      seed: tile.number,
      steps: null,
    };
    made.value = refused.value = at.value = instead.value = null;
    classes.value = 0;
    step.value = tile.on.value?.moment ?? null;
  });
  latest.now(tile);
}

/** Where the way of a tile starts, and the noise that is offered on its image. */
const STARTS: Record<ImageSource, [From, number]> = {
  chains: ["noise", 0],
  generator: ["tile", 0],
  perturbed: ["tile", 0],
  data: ["tile", 0.5],
};

/** Opens a tile of a frame that is on a stage. */
export function openTileOf(
  frame: DecodedFrame,
  source: ImageSource,
  number: number,
  on: Opened["on"],
  run: string,
): void {
  const image = imageOfTile(frame, source, number);
  open({ on, run, number, name: `${CALLED[source]} ${number + 1}`, image }, ...STARTS[source]);
}

export function close(): void {
  batch(() => {
    opened.value = choice.value = made.value = refused.value = at.value = null;
  });
}

/** Has the server begin with what ways of a run need, which takes seconds at first; what comes of it is not shown. */
export function prepare(run: string): void {
  if (prepared === run) return;
  prepared = run;
  api.makeWay(run, { steps: 1 }).catch(() => {
    prepared = "";
  });
}
let prepared = "";

/** Changes what decides the way, and makes it anew. */
export function change(what: Partial<Choice>): void {
  if (!choice.value || !opened.value) return;
  const next = { ...choice.value, ...what };
  // a hole is one in an image, and a line has two ends
  if (next.from === "noise" && what.from) Object.assign(next, { hole: emptied(next.hole), to: null });
  if (next.from === "noise" && (what.hole || what.to !== undefined)) next.from = "tile";
  if (next.to !== null) next.hole = emptied(next.hole);
  choice.value = next;
  latest.soon(opened.value);
}

/** Starts from a picture of one's own. */
export async function takeFile(file: File | undefined): Promise<void> {
  const tile = opened.value;
  if (!file || !tile) return;
  try {
    const own = await readImage(file, tile.image.shape);
    if (opened.value === tile) change({ own, from: "own" });
  } catch (error) {
    refused.value = (error as Error).message;
  }
}

const emptied = ({ width, height }: Hole): Hole => closed(width, height);

/** Takes the energy of now, of a run that has gone on. */
export function renew(): void {
  step.value = null;
  if (opened.value) latest.now(opened.value);
}

/** Decimals of the grey values that are sent: more than anyone sees. */
const DECIMALS = 1e4;

/** What the server is asked. */
export function askedOf(wanted: Choice, tile: NumericArray, update: number | null): AskedWay {
  const { from, own, row, noise, hole, label, to, seed, steps } = wanted;
  const pixels = ({ values }: NumericArray) =>
    Array.from(values, (value) => Math.round(DECIMALS * Math.min(10, Math.max(-10, value))) / DECIMALS);
  const starts: Record<From, () => StartImage | null> = {
    noise: () => null,
    tile: () => ({ pixels: pixels(tile), noise }),
    held_out: () => ({ held_out: row, noise }),
    own: () => (own ? { pixels: pixels(own), noise } : null),
  };
  return {
    seed,
    ...(update !== null && { step: update }),
    ...(steps !== null && { steps }),
    ...(label !== null && { label }),
    ...(from !== "noise" && { start: starts[from]() }),
    ...(to !== null && { to: { held_out: to } }),
    ...(isOpen(hole) && { hole: hole.open }),
  };
}

async function ask(tile: Opened): Promise<void> {
  const wanted = choice.value;
  if (!wanted || opened.value !== tile) return;
  busy.value = true;
  try {
    const update = await keptNear(tile.run, step.value);
    const way = decodeWay(await api.makeWay(tile.run, askedOf(wanted, tile.image, update)), wanted.label);
    if (opened.value !== tile) return;
    batch(() => {
      made.value = way;
      classes.value = way.shares?.length ?? 0;
      // the same moment from now on, however far the run goes
      step.value = way.step;
      refused.value = at.value = null;
    });
  } catch (error) {
    if (opened.value === tile) refused.value = sentence((error as Error).message);
  } finally {
    busy.value = false;
  }
}

/** The update at or near one, whose weights are kept. */
async function keptNear(run: string, wanted: number | null): Promise<number | null> {
  if (wanted === null || wanted === made.value?.step) return wanted;
  const steps = (await api.snapshots(run)).map((one) => one.step);
  const found = nearestKept(steps, wanted) ?? wanted;
  instead.value = found === wanted ? null : wanted;
  return found;
}

/** Milliseconds for a hand that still moves. */
const DELAY = 200;
const latest = new Latest<Opened>(ask, DELAY);

/** What is open follows the moment on its stage, and closes with its run. */
effect(() => {
  const tile = opened.value;
  if (!tile) return;
  const shown = tile.on.value;
  if (shown?.run !== tile.run) return close();
  if (shown.moment === null || shown.moment === step.peek()) return;
  step.value = shown.moment;
  latest.soon(tile);
});
