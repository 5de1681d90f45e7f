/** What the samplers' tab knows: its choice, the newest answer, and the moment that is shown. */
import { batch, computed, effect, signal } from "@preact/signals";
import { Latest } from "../actions/latest";
import { digestOf, ownPoints, recall } from "../form/points";
import type { Field } from "../form/schema";
import { fieldIn, withSizes } from "../form/sizes";
import * as api from "../protocol/api";
import type { Fault, Json, PlugInConfig } from "../protocol/wire";
import { loop } from "../run/loop";
import { type Camera, HOME } from "../stage";
import { catalogue, tab, titles } from "../state";
import { stillness } from "../theme";
import { sentence } from "../words/format";
import { inWordsOf } from "../words/settings";
import { type Choice, changed, faultOf, fieldsOfChoice, firstChoice, startOf } from "./choice";
import { indexOf, later } from "./player";
import { decodeSampling, mapAlone, type Sampled, type Shown, stepAt } from "./sampling";

const DEBOUNCE = 250;

export const choice = signal<Choice | null>(null);
export const sampled = signal<Sampled | null>(null);
/** What the newest answer is of. */
const answered = signal<Choice | null>(null);
export const busy = signal(false);
/** Why fields are refused, by path; and why all of it was. */
export const faults = signal<Record<string, string>>({});
export const refused = signal<string | null>(null);

/** Where one looks on the map. */
export const look = signal<Camera>(HOME);

export const at = signal(0);
export const playing = signal(true);
export const loops = signal(true);
export const speed = signal(1);

/** What a length of 1 in the model's units is in those of the chosen energy's points. */
const modelUnit = signal(1);

export const fields = computed<Field[]>(() =>
  catalogue.value && choice.value
    ? fieldsOfChoice(catalogue.value, choice.value, titles.value).map((field) =>
        fieldIn(field, modelUnit.value),
      )
    : [],
);
/** The map on the stage is not that of the chosen energy: none yet, or one that is still being sampled. */
export const stale = computed(() => answered.value?.energy !== choice.value?.energy || !sampled.value);
/** The newest answer where it is of the choice as it stands: its figures belong to nothing else. */
export const current = computed(() =>
  answered.value === choice.value && refused.value === null ? sampled.value : null,
);
/** The updates that a run keeps snapshots of, as they were at its newest sampling. */
const kept = signal<{ run: string; steps: number[] } | null>(null);
const chosenRun = computed(() => {
  const energy = choice.value?.energy;
  return energy && "run" in energy ? energy : null;
});
/** Of the chosen run, in order; none where a formula is chosen. */
export const moments = computed(() =>
  kept.value?.run === chosenRun.value?.run ? (kept.value?.steps ?? []) : [],
);
/** The update that is chosen; null is the newest. */
export const momentOf = computed(() => chosenRun.value?.step ?? null);
/** The map of the chosen moment, which comes before its chains. */
const ahead = signal<Shown | null>(null);
export const shown = computed(() => (stale.value && ahead.value) || sampled.value);
export const index = computed(() => (sampled.value ? indexOf(at.value, sampled.value.kept) : 0));
export const step = computed(() => (sampled.value ? stepAt(sampled.value, index.value) : 0));

async function sample(wanted: Choice): Promise<void> {
  busy.value = true;
  try {
    if ("run" in wanted.energy) await readMoments(wanted.energy.run);
    const answer = decodeSampling(await api.sample(wanted), wanted.steps);
    batch(() => {
      sampled.value = answer;
      answered.value = wanted;
      ahead.value = null;
      refused.value = null;
      at.value = stillness.matches ? answer.kept - 1 : 0;
      playing.value = playing.value && !stillness.matches;
    });
  } catch (error) {
    explain(error);
  } finally {
    busy.value = false;
  }
}

async function readMoments(run: string): Promise<void> {
  const steps = (await api.snapshots(run)).map(({ step }) => step);
  kept.value = { run, steps };
}

async function lookAhead(run: string, step: number): Promise<void> {
  const wanted = choice.value?.energy;
  try {
    const { landscape } = await api.keyframe(run, step);
    if (landscape && wanted === choice.value?.energy && stale.value) ahead.value = mapAlone(landscape);
  } catch (error) {
    explain(error);
  }
}

export function explain(error: unknown): void {
  const faulty = error instanceof api.Refusal ? error.faults : [];
  const shown = new Set(fields.value.map(({ path }) => path));
  const told = (one: Fault) => inWordsOf(fields.value, api.faultText(one));
  const elsewhere = faulty.filter(({ path }) => !shown.has(path)).map(told);
  batch(() => {
    for (const one of faulty) faults.value = { ...faults.value, [one.path]: told(one) };
    refused.value =
      faulty.length > 0
        ? elsewhere.join(" ") || null
        : sentence(inWordsOf(fields.value, (error as Error).message));
  });
}

const latest = new Latest<Choice>(sample, DEBOUNCE);

/** Samples the choice at once. */
export function again(): void {
  faults.value = {};
  if (choice.value) latest.now(choice.value);
}

/** Takes a whole choice, such as that of an address. */
export function take(next: Choice): void {
  faults.value = {};
  choose(next);
}

function choose(next: Choice): void {
  choice.value = next;
  if (Object.keys(faults.value).length === 0) latest.soon(next);
}

const empty = (value: Json) => Array.isArray(value) && value.length === 0;

export function change(path: string, value: Json): void {
  const field = fields.value.find((candidate) => candidate.path === path);
  if (!choice.value || !field) return;
  const given = empty(value) && field.initial === null ? null : value;
  const wrong =
    given === null && field.initial === null
      ? null
      : faultOf(field, given, choice.value, catalogue.value?.most_chain_steps ?? 0);
  // what the server has refused may be allowed together with this
  faults.value = wrong ? { ...faults.value, [path]: wrong } : {};
  choose(changed(choice.value, path, given));
}

export function chooseLandscape(kind: string): void {
  const known = catalogue.value?.formulas;
  const formula = known?.find((one) => one.kind === kind);
  chooseEnergy({ formula: startOf(known, kind) }, formula?.length);
}

/** The energy of a run; sizes are in the units of its data. */
export async function chooseRun(run: string): Promise<void> {
  try {
    const { config } = await api.getRun(run);
    await recall(digestOf(config.dataset));
    chooseEnergy({ run }, ownPoints(config.dataset)?.scale);
  } catch (error) {
    explain(error);
  }
}

/** The energy of the chosen run as it was at an update; null is the newest. The start stays. */
export function chooseMoment(step: number | null): void {
  const run = chosenRun.value?.run;
  if (!choice.value || run === undefined) return;
  faults.value = {};
  choose({ ...choice.value, energy: step === null ? { run } : { run, step } });
  const shown = step ?? moments.value.at(-1);
  if (shown !== undefined) void lookAhead(run, shown);
}

function chooseEnergy(energy: Choice["energy"], unit = 1): void {
  if (!choice.value) return;
  const next = withSizes({ ...choice.value, energy, start: null }, fields.value, modelUnit.value, unit);
  batch(() => {
    faults.value = {};
    ahead.value = null;
    modelUnit.value = unit;
    choose(next);
  });
}

export function chooseSampler(kind: string): void {
  const sampler: PlugInConfig = startOf(catalogue.value?.samplers, kind);
  faults.value = {};
  if (!choice.value) return;
  const next = { ...choice.value, sampler };
  const own = fieldsOfChoice(catalogue.value!, next, titles.value);
  choose(withSizes(next, own, 1, modelUnit.value));
}

/** All chains start at a point of the plane; null spreads them over the map. */
export function startAt(point: [number, number] | null): void {
  if (!choice.value) return;
  faults.value = {};
  choice.value = { ...choice.value, start: point };
  again();
}

/** Other chains with the same settings. */
export function reseed(): void {
  if (choice.value) choice.value = { ...choice.value, seed: choice.value.seed + 1 };
  again();
}

export function toggle(): void {
  const end = sampled.value && at.value >= sampled.value.kept - 1;
  batch(() => {
    if (!playing.value && end) at.value = 0;
    playing.value = !playing.value;
  });
}

export function seek(to: number): void {
  batch(() => {
    playing.value = false;
    at.value = Math.max(0, Math.min(to, (sampled.value?.kept ?? 1) - 1));
  });
}

/** An address is on its way that says what to sample. */
export const expected = signal(false);

/** The first visit makes a choice and samples it. */
effect(() => {
  if (tab.value !== "samplers" || choice.value || !catalogue.value || expected.value) return;
  choice.value = firstChoice(catalogue.value);
  again();
});

let before = 0;
loop.add({
  every: 0,
  visible: () => tab.value === "samplers" && sampled.value !== null,
  draw: (now) => {
    const seconds = Math.min((now - before) / 1000, 0.25);
    before = now;
    const place = { at: at.value, playing: playing.value };
    const next = later(place, seconds, sampled.value!.kept, speed.value, loops.value);
    batch(() => {
      at.value = next.at;
      playing.value = next.playing;
    });
  },
});
