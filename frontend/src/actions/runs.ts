/** What a person can do with runs: start, pause, go on, branch, stop, open, delete. */
import { batch } from "@preact/signals";
import * as api from "../protocol/api";
import type { Json, Run, RunConfig, SlowMotion } from "../protocol/wire";
import { follow, refreshRuns, watching } from "../run/following";
import * as replay from "../run/replay";
import {
  active,
  asking,
  composing,
  draft,
  drawing,
  faults,
  fresh,
  history,
  info,
  notice,
  primary,
  stored,
  tab,
  untrained,
} from "../state";
import { count } from "../words/format";
import { ask, update } from "./ask";
import { sendChanges } from "./change";
import { choiceMade } from "./choice";

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

/** Follows the run that was asked for. What was chosen while it started stays chosen; its live settings are sent. */
function arrived(run: Run, asked: RunConfig, drew: boolean): void {
  const [choice, draws] = [draft.value, drawing.value];
  batch(() => {
    follow(run);
    if (choice === asked && draws === drew) return;
    draft.value = choice;
    drawing.value = draws && !drew;
  });
  if (!composing.value && choice) sendChanges(asked, choice);
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
    over: () => info.value?.id !== run.id || info.value.step > step || untrained.value || !active.value,
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
    const text = "The run was stopped; it is kept under Runs.";
    notice.value = id ? { tone: "news", text, over: () => !fresh.value } : null;
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

function missing(error: unknown): never {
  const missing = error instanceof api.Refusal && error.status === 404;
  throw missing
    ? new api.Refusal(404, "The run of this address is no longer here; a stored one is shown.")
    : error;
}

export async function setSpeed(speed: number | null): Promise<void> {
  const id = info.value?.id;
  if (id && active.value) update(await ask(null, () => api.setRunSpeed(id, speed)));
}
