/** Whether the server can be reached while the socket cannot, and whether it still has the run on the stage. */
import { batch, effect, signal } from "@preact/signals";
import * as api from "../protocol/api";
import type { Link } from "../protocol/connection";
import { history, info, link, stored } from "../state";
import { fillGap, withFrame } from "./history";
import * as replay from "./replay";

/** What is known of the server while the socket is lost: it answers requests, it does not, or that is being asked. */
export const reach = signal<"asking" | "answers" | "silent">("asking");

/** Asks whether the server is there, and brings the run on the stage up to date without the socket. */
export async function lookAround(): Promise<void> {
  const run = stored.value ? null : info.value;
  try {
    if (run) await readAgain(run.id);
    else await api.runs({ limit: 1 });
    reach.value = "answers";
  } catch (error) {
    reach.value = error instanceof api.Refusal && error.status > 0 ? "answers" : "silent";
  }
}

async function readAgain(id: string): Promise<void> {
  if (await isGone(id)) return;
  const seq = history.value?.seq ?? 0;
  const [run, rows, events, keyframes] = await Promise.all([
    api.getRun(id),
    api.metricsAfter(id, seq),
    api.eventsAfter(id, seq),
    api.keyframes(id),
  ]);
  const last = keyframes.at(-1)?.step ?? -1;
  const newer = last > (history.value?.frame?.step ?? -1) ? await api.keyframe(id, last) : null;
  const known = history.value;
  if (known?.info.id !== id || known.source !== "server" || link.value.state === "open") return;
  const next = { ...fillGap(known, rows, events), info: run, keyframes };
  batch(() => {
    replay.extend(keyframes);
    history.value = newer ? withFrame(next, newer) : next;
  });
}

/** Notes that the run was deleted, where it was. */
export async function isGone(id: string): Promise<boolean> {
  try {
    await api.getRun(id);
    return false;
  } catch (error) {
    if (!(error instanceof api.Refusal) || error.status !== 404) throw error;
    const known = history.value;
    if (known?.info.id === id && known.source === "server") history.value = { ...known, gone: true };
    return true;
  }
}

/** What is said while the socket is lost: no more than is known. */
export function lostWords(state: typeof reach.value, goesOn: boolean): string {
  if (state === "answers")
    return `The live connection is cut or blocked, but the server answers${
      goesOn ? ": the run goes on, and is looked at every few seconds." : ". What was received stays."
    }`;
  if (state === "silent")
    return `The server does not answer.${
      goesOn ? " Whether the run goes on is not known until it does;" : ""
    } ${goesOn ? "what" : "What"} was received stays.`;
  return "The connection is lost.";
}

/** Looks around after each attempt of the socket that has failed. */
export function watchReach(): void {
  let before: Link["state"] = "idle";
  effect(() => {
    const { state } = link.value;
    if (state === "open") reach.value = "asking";
    if (state === "lost" && before !== "lost") void lookAround();
    before = state;
  });
}
