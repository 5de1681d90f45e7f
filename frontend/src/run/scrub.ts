/** The moment that a person goes to on the time line, also where it becomes known only then. */
import { active, info, moment, rolling, stored } from "../state";
import { refreshKeyframes } from "./following";
import * as replay from "./replay";

/** Shows the moment at or before a step: of the moments known now at once, and of those there are when they come. */
export function scrub(to: number): void {
  rolling.value = false;
  void replay.seek(to);
  sought = { to, found: moment.value };
  void refreshMoments();
}

/** Where the last scrub went, and the moment that it found. */
let sought = { to: 0, found: null as number | null };
/** The ended run whose moments are all known: it gets no new ones. */
let complete = "";
let lookedAt = Number.NEGATIVE_INFINITY;
/** Milliseconds between two looks at the moments of a run that goes on. */
const LOOK_EVERY = 1000;

async function refreshMoments(): Promise<void> {
  const run = info.value;
  if (!run || stored.value) return;
  const ended = active.value ? "" : `${run.id} ${run.step}`;
  if (ended ? complete === ended : performance.now() - lookedAt < LOOK_EVERY) return;
  complete = ended;
  lookedAt = performance.now();
  await refreshKeyframes();
  if (info.value?.id === run.id && !rolling.value && moment.value === sought.found)
    void replay.seek(sought.to);
}
