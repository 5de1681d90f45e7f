/** When the page has moved for the first time: what is not needed for that comes later, on a slow line. */
import { effect } from "@preact/signals";
import { history, momentFrame, recordedFrame, tab } from "../state";

/** Milliseconds after which a stage with one frame is taken to stand still. */
const STILL = 1500;
/** Milliseconds after which nothing is waited for. */
const LONGEST = 15_000;

/** Done when the stage has shown a second frame, or shows one that stays; elsewhere than in the lab, at once. */
export const moved = new Promise<void>((done) => {
  let first: unknown = null;
  effect(() => {
    const frame = momentFrame.value ?? recordedFrame.value ?? history.value?.frame ?? null;
    if (tab.value === "compare" || (first !== null && frame !== null && frame !== first)) done();
    else if (first === null && frame !== null) setTimeout(done, STILL);
    first ??= frame;
  });
  setTimeout(done, LONGEST);
});
