/** What the page knows of a comparison, as a few signals, and what follows from it. */
import { batch, computed, signal } from "@preact/signals";
import type { Landscape } from "../protocol/frame";
import type { RunConfig } from "../protocol/wire";
import type { RunHistory } from "../run/history";
import type { Film } from "../run/replay";
import { type Camera, HOME, LAYERS, type Layers, type Mode, type Orbit } from "../stage";
import { catalogue, titleOf } from "../state";
import { judged } from "./claims";
import { type Clock, goesOn, lastTime, liveTime, newestTime, stepAt, timeAt } from "./clock";
import { type Family, type Figures, figuresOf } from "./figures";
import type { Reel } from "./frames";
import { medianOf } from "./repeats";

/** A run on one of the stages. */
export interface Member {
  history: RunHistory;
  /** Frames that came while it was followed, and those that the server keeps. */
  reel: Reel;
  film: Film;
  /** The same with other seeds: for the chart and its range alone. */
  repeats: RunHistory[];
}

export const members = signal<Member[]>([]);
export const clock = signal<Clock>("seconds");
/** The time that is shown; null follows the runs that go on, and is the end once none does. */
export const position = signal<number | null>(null);
export const rolling = signal(false);

/** What "Race" would start: a config a member. */
export const plan = signal<RunConfig[]>([]);
/** How many seeds each of them is trained with. */
export const seeds = signal<1 | 3>(1);
/** Members and settings are shown. */
export const planning = signal(false);
/** Runs of a race are being made. */
export const starting = signal(false);
/** Why there is no comparison, or no longer the one that was asked for. */
export const fault = signal<string | null>(null);

export const mode = signal<Mode>("energy");
/** What any frame on a stage has had beside its map, by its layer. */
export const onStages = signal<string[]>([]);
export const layers = signal<Layers>(LAYERS);
export const camera = signal<Camera>(HOME);
export const orbit = signal<Orbit | null>(null);
/** One scale of colours for all stages, or each its own. */
export const scale = signal<"common" | "own">("common");
/** What a difference is from: the truth, or a run by its letter. */
export const reference = signal("truth");
/** Where the pointer is on the plane, over whichever stage. */
export const pointer = signal<{ x: number; y: number } | null>(null);
/** Chains that were dropped on each stage. */
export const dropped = signal(0);
/** The true density of the data, where it is known. */
export const truth = signal<Landscape | null>(null);
/** The metric that the chart shows; null takes the first that there is. */
export const chosenMetric = signal<string | null>(null);

export const letterOf = (index: number) => "ABCD".charAt(index);

export const histories = computed(() => members.value.map(({ history }) => history));
export const going = computed(() => histories.value.some((run) => goesOn(run)));
/** The time at which the shown stand. */
export const time = computed(() => position.value ?? liveTime(clock.value, histories.value));
export const end = computed(() => lastTime(clock.value, histories.value));
/** How far the clock can be turned: to the newest of all. */
export const newest = computed(() =>
  Math.max(0, ...histories.value.map((run) => newestTime(clock.value, run))),
);

/** The update of each member that the clock allows. */
export const steps = computed(() => {
  const whole = position.value === null && !going.value;
  return histories.value.map((run) =>
    whole ? Number.POSITIVE_INFINITY : stepAt(clock.value, run, time.value),
  );
});

export const images = computed(() => {
  const kind = histories.value[0]?.info.config.dataset.kind;
  return (catalogue.value?.datasets.find((one) => one.kind === kind)?.shape.length ?? 1) > 1;
});

/** What was measured of each up to the clock; the loop sees to it, a few times a second. */
export const figures = signal<Figures[]>([]);
/** The same for the table and what follows from it: of runs that are repeated, the medians of all seeds. */
export const measured = signal<Figures[]>([]);

export function measure(): void {
  const whole = position.value === null && !going.value;
  const of = members.value.map(({ history, repeats }, i) => {
    const { kind } = history.info.config.method;
    const family = catalogue.value?.methods.find((one) => one.kind === kind)?.family;
    const is = { letter: letterOf(i), method: titleOf(kind), family: (family as Family) ?? null };
    // a repeat that has not begun says nothing yet
    const others = repeats.filter(({ rows }) => rows.length > 0);
    return [
      figuresOf(history, steps.value[i]!, is),
      ...others.map((run) =>
        figuresOf(run, whole ? Number.POSITIVE_INFINITY : stepAt(clock.value, run, time.value), is),
      ),
    ];
  });
  batch(() => {
    figures.value = of.map((seeds) => seeds[0]!);
    measured.value = of.map(medianOf);
  });
}
export const claims = computed(() => judged(measured.value));

/** Turns the clock to another unit; the moment that is shown stays. */
export function chooseClock(next: Clock): void {
  const [first] = [...histories.value].sort(
    (a, b) => timeAt(clock.value, b, newestStepOf(b)) - timeAt(clock.value, a, newestStepOf(a)),
  );
  if (position.value !== null && first)
    position.value = timeAt(next, first, stepAt(clock.value, first, position.value));
  clock.value = next;
}

const newestStepOf = ({ info, rows }: RunHistory) => Math.max(info.step, rows.at(-1)?.step ?? 0);
