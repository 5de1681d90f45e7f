/** The tiles of a comparison: what they show, and the run that the way of an opened one follows. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { DecodedFrame } from "../protocol/frame";
import { lastAt } from "../run/history";
import type { ImageSource } from "../stage";
import { tab } from "../state";
import type { Shown } from "../ways/state";
import { sourcesOf, usual } from "../ways/tiles";
import { goesOn } from "./clock";
import { members, position, steps } from "./state";

/** Whose images a frame shows: a generator's where there is one, else the chains'. */
export const sourceOf = (frame: DecodedFrame | null): ImageSource => usual(sourcesOf(frame)) ?? "data";

/** A run as its stage has it; null once it is compared no more, is not seen, or has learned nothing. */
export function shownOf(run: string): ReadonlySignal<Shown | null> {
  return computed(() => {
    const index = members.value.findIndex(({ history }) => history.info.id === run);
    const history = members.value[index]?.history;
    if (tab.value !== "compare" || !history || history.info.step === 0) return null;
    const { info, keyframes } = history;
    const until = steps.value[index]!;
    const newest = goesOn(history) ? position.value === null : until >= info.step;
    return {
      run,
      dataset: info.config.dataset,
      moment: newest ? null : (keyframes[lastAt(keyframes, until)]?.step ?? null),
      step: info.step,
      goesOn: goesOn(history),
    };
  });
}
