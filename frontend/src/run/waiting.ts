/** What a run waits for that has not begun, in a sentence. */
import type { RunState } from "../protocol/wire";
import { queued } from "../state";

export function waitsFor(state: RunState): string | null {
  if (state === "queued") return queued.value;
  return state === "starting" ? "A worker process starts; without a warm one this takes some seconds." : null;
}
