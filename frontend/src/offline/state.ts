/** Where the replay stands, as a few signals. */
import { batch, computed, effect, signal } from "@preact/signals";
import { type Clock, lastTime, stepAt, tells, timeAt } from "../compare/clock";
import { lastAt } from "../run/history";
import { loop } from "../run/loop";
import { type Camera, HOME, LAYERS, type Layers, type Mode, type Theme } from "../stage";
import type { Taken } from "./runs";

/** Seconds that a whole replay takes, and that it rests at its end. */
const [LENGTH, REST] = [14, 4];

export const file = signal<Taken>({ runs: [], truth: null });
export const clock = signal<Clock>("updates");
/** Places are even in the moments of the run that has most of them, so that the early ones have their time. */
export const place = signal(0);
export const rolling = signal(false);
export const mode = signal<Mode>("energy");
export const layers = signal<Layers>(LAYERS);
export const camera = signal<Camera>(HOME);
export const dropped = signal(0);
/** Rises when the dropped chains are to go. */
export const cleared = signal(0);

const light = matchMedia("(prefers-color-scheme: light)");
export const still = matchMedia("(prefers-reduced-motion: reduce)");
export const theme = signal<Theme>(light.matches ? "light" : "dark");
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

export const runs = computed(() => file.value.runs);
/** What a run is called: beside others by its letter and its method. */
export function called(index: number): string {
  const { title, method } = runs.value[index]!;
  return runs.value.length > 1 ? `${"ABCD".charAt(index)} ${method}` : title;
}
/** The clocks that all runs tell. */
export const clocks = computed(() =>
  (["updates", "seconds", "evaluations"] as const).filter((kind) =>
    runs.value.every((run) => tells(kind, run)),
  ),
);
/** The times of all moments of all runs, ascending. */
export const times = computed(() => {
  const found = runs.value.flatMap((run) => run.frames.map(({ step }) => timeAt(clock.value, run, step)));
  return [...new Set(found)].sort((a, b) => a - b);
});
export const last = computed(() => Math.max(0, times.value.length - 1));
export const time = computed(() => times.value[Math.floor(place.value)] ?? 0);
export const end = computed(() => lastTime(clock.value, runs.value));

/** The update that each run had made by now. */
export const steps = computed(() => runs.value.map((run) => stepAt(clock.value, run, time.value)));
/** The newest moment of each run that is not later. */
export const frames = computed(() =>
  runs.value.map((run, i) => run.frames[Math.max(0, lastAt(run.frames, steps.value[i]!))]!),
);

export function open(taken: Taken): void {
  batch(() => {
    file.value = taken;
    if (taken.runs.length > 1) clock.value = clocks.value.includes("seconds") ? "seconds" : "updates";
    place.value = still.matches ? last.value : 0;
    rolling.value = !still.matches;
  });
  loop.add({ every: 0, draw: advance });
}

export function seek(to: number): void {
  batch(() => {
    rolling.value = false;
    place.value = Math.min(Math.max(to, 0), last.value);
  });
}

export function playOrHold(): void {
  batch(() => {
    if (!rolling.value && place.value >= last.value) place.value = 0;
    rolling.value = !rolling.value;
  });
}

/** Another clock; the moment that is shown stays. */
export function chooseClock(next: Clock): void {
  batch(() => {
    const first = runs.value[0];
    const step = steps.value[0] ?? 0;
    clock.value = next;
    if (first) place.value = Math.max(0, lastAtOrBefore(timeAt(next, first, step)));
  });
}

const lastAtOrBefore = (now: number) => times.value.findLastIndex((known) => known <= now * (1 + 1e-9));

let [rolled, rested] = [0, 0];

function advance(now: number): void {
  const elapsed = Math.min(0.5, (now - rolled) / 1000);
  rolled = now;
  if (!rolling.value) return;
  if (place.value < last.value) {
    rested = 0;
    place.value = Math.min(last.value, place.value + (elapsed * last.value) / LENGTH);
  } else if ((rested += elapsed) > REST) {
    rested = 0;
    place.value = 0;
  }
}
