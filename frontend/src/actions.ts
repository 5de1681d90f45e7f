/** What a person can do on the page. */
import { batch } from "@preact/signals";
import { MOST } from "./drawing/drawn";
import { keep, takeUp } from "./drawing/keeping";
import { count as drawnCount } from "./drawing/state";
import { fieldsOfRun, recipeFor, sameShape, startOf } from "./form/fields";
import { choiceOf, datasetOf, detailOf, modelUnitOf, ownDataset, send, type Taken } from "./form/points";
import { differences, type Field, fault, get, set } from "./form/schema";
import { withDetail, withSizes } from "./form/sizes";
import * as api from "./protocol/api";
import type {
  Catalogue,
  Fault,
  Json,
  OwnPoints,
  PlugInConfig,
  Run,
  RunConfig,
  SlowMotion,
} from "./protocol/wire";
import { follow, refreshRuns, watching } from "./run/following";
import type { Mark } from "./run/marks";
import * as replay from "./run/replay";
import {
  active,
  asking,
  catalogue,
  composing,
  draft,
  drawing,
  faults,
  fields,
  fresh,
  history,
  info,
  notice,
  primary,
  reading,
  rolling,
  stored,
  tab,
  titles,
} from "./state";
import { count } from "./words/format";
import { inWordsOf } from "./words/settings";

const DEBOUNCE = 120;

/** Runs a request of the server; says what went wrong, at the fields where it can. */
export async function ask<T>(what: typeof asking.value, request: () => Promise<T>): Promise<T | null> {
  if (what) asking.value = what;
  try {
    const answer = await request();
    if (notice.value?.tone === "fault") notice.value = null;
    return answer;
  } catch (error) {
    explain(error);
    return null;
  } finally {
    if (what) asking.value = null;
  }
}

function explain(error: unknown): void {
  if (!(error instanceof api.Refusal)) throw error;
  const shown = new Set(fields.value.map((field) => field.path));
  const told = (one: Fault) => inWordsOf(fields.value, api.faultText(one));
  const elsewhere = error.faults.filter((one) => !shown.has(one.path));
  batch(() => {
    for (const one of error.faults) faults.value = { ...faults.value, [one.path]: told(one) };
    const text =
      error.faults.length > 0
        ? elsewhere.map((one) => (one.path.includes(".") ? `${one.path}: ${told(one)}` : told(one))).join(" ")
        : inWordsOf(fields.value, error.message);
    notice.value = { tone: "fault", text: text || "Some settings are refused; they are marked on the left." };
  });
}

function missing(error: unknown): never {
  const missing = error instanceof api.Refusal && error.status === 404;
  throw missing
    ? new api.Refusal(404, "The run of this address is no longer here; a stored one is shown.")
    : error;
}

function update(run: Run | null): void {
  if (run && history.value?.info.id === run.id) history.value = { ...history.value, info: run };
}

/** Trains the choice. The run on the stage before, if it is still going, is stopped and kept. */
export async function start(): Promise<void> {
  if (asking.value) return;
  asking.value = "start";
  const chosen = await choiceMade();
  asking.value = null;
  const choice = draft.value;
  if (!chosen || !choice) return;
  const shown = info.value?.id;
  const before = active.value ? shown : null;
  const asked = { reset: resets, drawing: drawing.value };
  faults.value = {};
  const run = await ask("start", async () => {
    const created = await api.createRun(choice);
    if (before) await api.stopRun(before).catch(() => null);
    return created;
  });
  if (!run) return;
  if (resets !== asked.reset) void ask(null, () => api.stopRun(run.id));
  else if (info.value && info.value.id !== shown)
    notice.value = { tone: "news", text: "The run that was started goes on; it is under Runs." };
  else arrived(run, choice, asked.drawing);
}

/** Waits for a file that is being read, or for the drawing to be kept; false where there is nothing to train on. */
export async function choiceMade(): Promise<boolean> {
  if (reading.value) return reading.value.taken;
  return !drawing.value || keepDrawing();
}

/** Follows the run that was asked for. What was chosen while it started stays chosen; its live settings are sent. */
function arrived(run: Run, asked: RunConfig, drew: boolean): void {
  const [choice, draws] = [draft.value, drawing.value];
  batch(() => {
    follow(run);
    if (choice === asked && draws === drew) return;
    draft.value = choice;
    drawing.value = draws && !drew;
  });
  if (composing.value || !choice) return;
  for (const path of differences({ ...asked }, { ...choice }))
    if (fields.value.some((field) => field.live && field.path === path))
      pending[path] = get({ ...choice } as Json, path) ?? null;
  if (Object.keys(pending).length > 0) void sendPending();
}

/** Resets so far: one that comes while a run starts means that run too. */
let resets = 0;

/** The big button. */
export function press(): void {
  const id = info.value?.id;
  if (primary.value === "start" || !id) void start();
  else if (primary.value === "pause") void ask("pause", () => api.pauseRun(id)).then(update);
  else if (primary.value === "resume") void resume(id);
  else void ask("stop", () => api.stopRun(id)).then(update);
}

/** Puts a run on the stage, and the stage in sight. */
function show(run: Run): void {
  batch(() => {
    follow(run);
    tab.value = "lab";
  });
}

export async function resume(id: string): Promise<void> {
  replay.backToLive();
  const run = await ask("resume", () => api.resumeRun(id));
  if (run && info.value?.id !== id) show(run);
  else update(run);
}

/** Goes on with a failed run from its last checkpoint, with other values of live settings. */
export async function resumeWith(id: string, changes: Record<string, Json>): Promise<void> {
  const none = Object.keys(changes).length === 0;
  if (none || (await ask(null, () => api.changeRun(id, changes)))) await resume(id);
}

/** Makes an ended run again, exactly: as a new run, with the changes and the length that are recorded. */
export async function repeat(id: string): Promise<void> {
  const run = await ask("start", () => api.repeatRun(id));
  if (run) show(run);
}

/** A new run that is as another was at an update, and goes its own way from there. */
export async function branch(id: string, step: number): Promise<void> {
  replay.backToLive();
  const run = await ask("start", () => api.branchRun(id, step));
  if (!run) return;
  show(run);
  notice.value = {
    tone: "news",
    text: `A branch at update ${count(step)}: its way there is made again, then it goes its own.`,
  };
}

/** One update of a paused run; a running one is paused first. */
export async function stepOnce(): Promise<void> {
  const run = info.value;
  if (!run || stored.value || asking.value) return;
  replay.backToLive();
  if (run.state === "running") update(await ask("pause", () => api.pauseRun(run.id)));
  else if (run.state === "paused") update(await ask("step", () => api.stepRun(run.id)));
}

/** One update of a paused run in slow motion; a running one is paused first. */
export async function slowUpdate(): Promise<SlowMotion | null> {
  const run = info.value;
  if (!run || stored.value || asking.value) return null;
  replay.backToLive();
  if (run.state === "running") {
    const paused = await ask("pause", () => api.pauseRun(run.id));
    update(paused);
    if (paused?.state !== "paused") return null;
  } else if (run.state !== "paused") return null;
  return ask("step", () => api.slowMotion(run.id));
}

/** Back to the untrained stage. Nothing is lost: a run that goes on is stopped, and stays among the runs. */
export function reset(): void {
  const id = active.value ? info.value?.id : null;
  resets++;
  replay.backToLive();
  batch(() => {
    fresh.value = true;
    faults.value = {};
    notice.value = id ? { tone: "news", text: "The run was stopped; it is kept under Runs." } : null;
  });
  if (id) void ask("stop", () => api.stopRun(id)).then(update);
}

export async function stop(id: string): Promise<void> {
  update(await ask(null, () => api.stopRun(id)));
  void refreshRuns();
}

/** Deletes a run; tells whether it is gone. */
export async function remove(id: string): Promise<boolean> {
  const gone = await ask(null, () => api.deleteRun(id).then(() => true));
  if (gone && info.value?.id === id)
    batch(() => {
      watching.want("lab", id, null);
      replay.load(null);
      history.value = null;
    });
  void refreshRuns();
  return gone !== null;
}

/** Puts a run on the stage, whatever the tab; tells whether it is there. */
export async function open(id: string): Promise<boolean> {
  const run = await ask(null, () => api.getRun(id).catch(missing));
  if (run) follow(run);
  return run !== null;
}

export async function setSpeed(speed: number | null): Promise<void> {
  const id = info.value?.id;
  if (id && active.value) update(await ask(null, () => api.setRunSpeed(id, speed)));
}

export function chooseDataset(kind: string): void {
  drawing.value = false;
  takeDataset(defaultsOfDataset(kind));
}

/** Has the server read a file of points, and chooses them, unless other data were chosen meanwhile. Throws a `Refusal`. */
export async function takeFile(file: File, columns?: Taken): Promise<void> {
  const before = draft.value?.dataset;
  const done = send(file, columns).then((points) => {
    // there is no choice yet while the page opens
    const same = before === undefined || draft.value?.dataset === before;
    if (same && !drawing.value) choosePoints(points);
  });
  const taken = done.then(
    () => true,
    () => false,
  );
  reading.value = { name: file.name, taken };
  await done.finally(() => {
    reading.value = null;
  });
}

/** Points of one's own, which the server has read and keeps. */
export function choosePoints(points: OwnPoints): void {
  const own = ownDataset(catalogue.value);
  drawing.value = false;
  if (own) takeDataset(datasetOf(own, points));
}

/** Draws on the points of the choice, or on an empty stage where it has none of one's own. */
export async function draw(): Promise<void> {
  const [known, choice] = [catalogue.value, draft.value];
  if (!known || !choice || drawing.value) return;
  const ready = await ask(null, () => takeUp(choice.dataset, known).then(() => true));
  if (!ready) return;
  batch(() => {
    rolling.value = false;
    drawing.value = true;
  });
}

/** Back to the map; the points stay chosen. */
export async function stopDrawing(): Promise<void> {
  if (drawnCount.value > 1) await keepDrawing();
  drawing.value = false;
}

let keeping: Promise<boolean> = Promise.resolve(true);

/** Has the server keep the drawing, and chooses it; tells whether that is done. One at a time, the newest last. */
export function keepDrawing(): Promise<boolean> {
  keeping = keeping.then(keepNow);
  return keeping;
}

async function keepNow(): Promise<boolean> {
  const own = ownDataset(catalogue.value);
  if (!own || drawnCount.value < 2) {
    const text = `The drawing has ${drawnCount.value} points; 2 to ${MOST.toLocaleString("en")} are needed. Draw some more.`;
    notice.value = { tone: "fault", text };
    return false;
  }
  const points = await ask(null, keep);
  if (!points) return false;
  const { kind, ...settings } = draft.value?.dataset ?? { kind: "" };
  const { [own.classes ?? ""]: _, ...others } = settings;
  takeDataset({ ...(kind === own.kind ? others : {}), ...datasetOf(own, points) });
  return true;
}

function takeDataset(dataset: PlugInConfig): void {
  const [known, choice] = [catalogue.value, draft.value];
  if (!known || !choice) return;
  const kind = dataset.kind;
  const kept: RunConfig = { ...choice, dataset, sizes: "data" };
  if (sameShape(known, choice.dataset.kind, kind)) choose(resized(known, kept, choice));
  else choose(recipe(known, dataset, choice.method.kind) ?? kept);
}

function defaultsOfDataset(kind: string): { kind: string } {
  const shown = info.value?.config.dataset;
  return shown?.kind === kind ? shown : { kind };
}

export function chooseMethod(kind: string): void {
  const [known, choice] = [catalogue.value, draft.value];
  if (!known || !choice || choice.method.kind === kind) return;
  const found = recipe(known, choice.dataset, kind);
  if (found) choose({ ...found, seed: choice.seed ?? 0 });
}

/** A whole choice, its sizes in the units of its data. */
export function recipe(known: Catalogue, dataset: PlugInConfig, method: string): RunConfig | null {
  const found = recipeFor(known, dataset, method);
  return found && resized(known, found, null);
}

/** A choice whose sizes at a path were those of another one, or the model's own defaults. */
function resized(known: Catalogue, choice: RunConfig, before: RunConfig | null, path = ""): RunConfig {
  const fields = fieldsOfRun(known, choice, titles.value).filter((field) => field.path.startsWith(path));
  const inside = withSizes(choice, fields, before ? modelUnitOf(before) : 1, 1);
  const fitting = withDetail(inside, fields, detailOf(before), detailOf(choice));
  return withSizes(fitting, fields, 1, modelUnitOf(choice));
}

function choose(choice: NonNullable<typeof draft.value>): void {
  batch(() => {
    draft.value = choice;
    faults.value = {};
    if (composing.value) rolling.value = false;
  });
}

/** Back to the choice of the run that goes on. */
export function abandonChoice(): void {
  const config = info.value?.config;
  drawing.value = false;
  if (config) choose(choiceOf(config));
}

let pending: Record<string, Json> = {};
let timer: ReturnType<typeof setTimeout> | undefined;

/** Sets a field of the choice; a live one takes effect in the run that goes on. */
export function change(path: string, value: Json): void {
  const [known, choice] = [catalogue.value, draft.value];
  const field = fields.value.find((candidate) => candidate.path === path);
  if (!known || !choice || !field) return;
  const { [path]: _, ...others } = faults.value;
  if (field.control.type === "plug-in") {
    batch(() => {
      draft.value = withField(known, choice, field, value);
      faults.value = others;
    });
    return;
  }
  const wrong = fault(field.control, value);
  batch(() => {
    draft.value = withField(known, choice, field, value);
    faults.value = wrong ? { ...others, [path]: wrong } : others;
  });
  if (wrong || !field.live || !active.value || composing.value) return;
  pending[path] = value;
  clearTimeout(timer);
  timer = setTimeout(() => void sendPending(), DEBOUNCE);
}

/** A choice with another value at a field; a plug-in's kind brings its own settings. */
export function withField(known: Catalogue, choice: RunConfig, field: Field, value: Json): RunConfig {
  const { path, control } = field;
  if (control.type !== "plug-in") return only(set(choice, path, value), path);
  const plugIn = value === null ? null : startOf(known, choice, path, String(value));
  return resized(known, set(choice, path, plugIn), null, `${path}.`);
}

/** A run has a length in seconds or in updates: to give the one takes the other away. */
function only(choice: NonNullable<typeof draft.value>, path: string): NonNullable<typeof draft.value> {
  if (path === "updates" && choice.updates) return { ...choice, seconds: null };
  if (path === "seconds" && choice.seconds) return { ...choice, updates: null };
  return choice;
}

async function sendPending(): Promise<void> {
  const id = info.value?.id;
  const changes = pending;
  pending = {};
  if (id && active.value) update(await ask(null, () => api.changeRun(id, changes)));
}

/** Takes a change back: the field gets the value that it had before. */
export function undo(mark: Mark): void {
  const previous = (mark.previous ?? null) as Json;
  if (get({ ...draft.value } as Json, mark.path) !== undefined) change(mark.path, previous);
}
