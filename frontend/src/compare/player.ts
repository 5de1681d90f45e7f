/** Play, pause, step and scrub: whatever is done acts on all runs of a comparison. */
import { batch } from "@preact/signals";
import * as api from "../protocol/api";
import type { Run } from "../protocol/wire";
import { loop } from "../run/loop";
import { catalogue, tab } from "../state";
import { newestTime, timeAt, waitedFor } from "./clock";
import {
  clock,
  end,
  fault,
  going,
  histories,
  measure,
  members,
  newest,
  position,
  rolling,
  steps,
  time,
} from "./state";

/** Seconds that a whole replay takes. */
const LENGTH = 14;
/** Milliseconds between two readings of the table. */
const MEASURED = 250;

export type Press = "pause" | "resume" | "hold" | "roll" | "cancel";

/** What the big button does now. */
export function pressNow(): Press {
  if (rolling.value) return "hold";
  if (position.value !== null || !going.value) return "roll";
  const among = (...states: Run["state"][]) =>
    histories.value.some(({ info }) => states.includes(info.state));
  if (among("running", "starting")) return "pause";
  return among("paused") ? "resume" : "cancel";
}

export function press(): void {
  const what = pressNow();
  if (what === "hold") rolling.value = false;
  else if (what === "roll") roll();
  else if (what === "pause") void toAll(["running"], api.pauseRun);
  else if (what === "cancel") void toAll(["queued"], api.stopRun);
  else void toAll(["paused"], api.resumeRun);
}

/** Asks something of all members that are in one of some states, and of their repeats. */
async function toAll(states: Run["state"][], ask: (id: string) => Promise<Run>): Promise<void> {
  const runs = members.value.flatMap(({ history, repeats }) => [history, ...repeats]);
  const asked = runs.filter(({ info }) => states.includes(info.state));
  const answers = await Promise.allSettled(asked.map(({ info }) => ask(info.id)));
  const refused = answers.find((answer) => answer.status === "rejected");
  if (refused) fault.value = (refused.reason as Error).message;
}

/** Lets the comparison be seen again, from the time shown, or from the start where that is the end. */
function roll(): void {
  batch(() => {
    if (position.value === null || position.value >= newest.value) position.value = 0;
    rolling.value = true;
  });
}

/** One update of each run where they are paused, and a pause where they run; in the past, to the next moment of any. */
export function stepOnce(): void {
  rolling.value = false;
  if (position.value !== null) nudge(1);
  else if (pressNow() === "pause") void toAll(["running"], api.pauseRun);
  else if (going.value) void toAll(["paused"], (id) => api.stepRun(id));
}

/** To the next moment of any run, or to the one before. */
export function nudge(by: 1 | -1): void {
  const here = time.value;
  const moments = histories.value.flatMap((run) =>
    run.keyframes.map(({ step }) => timeAt(clock.value, run, step)),
  );
  const room = 1e-9 * (end.value + 1);
  const beyond = moments.filter((moment) => (by > 0 ? moment > here + room : moment < here - room));
  rolling.value = false;
  if (beyond.length > 0) seek(by > 0 ? Math.min(...beyond) : Math.max(...beyond));
  else if (by > 0) backToLive();
}

/** Shows a time; from the newest on it is the live one again. */
export function seek(to: number): void {
  position.value = to >= newest.value ? null : Math.max(0, to);
}

export function scrub(to: number): void {
  batch(() => {
    rolling.value = false;
    seek(to);
  });
}

export function backToLive(): void {
  batch(() => {
    rolling.value = false;
    position.value = null;
  });
}

let rolled = 0;

function advance(now: number): void {
  const elapsed = Math.min(0.5, (now - rolled) / 1000);
  rolled = now;
  if (!rolling.value || position.value === null) return;
  const next = position.value + (elapsed * newest.value) / LENGTH;
  if (next >= newest.value) backToLive();
  else position.value = next;
}

/** Keeps a replay going; once. */
export function startPlaying(): void {
  const visible = () => tab.value === "compare";
  loop.add({ every: 0, draw: advance, visible });
  let measured: unknown[] = [];
  loop.add({
    every: MEASURED,
    visible,
    draw: () => {
      const inputs = [histories.value, steps.value, catalogue.value];
      if (inputs.every((input, i) => input === measured[i])) return;
      measured = inputs;
      measure();
    },
  });
}

/** The member that has come least far, where the live clock follows one. */
export function slowest(): number | null {
  const runs = histories.value;
  const waited = waitedFor(runs);
  if (position.value !== null || waited.length === 0) return null;
  const times = waited.map((run) => newestTime(clock.value, run));
  return runs.indexOf(waited[times.indexOf(Math.min(...times))]!);
}
