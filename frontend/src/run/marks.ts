/** The marks of a run: what a person changed while it went on, one gesture one mark. */
import type { MetricRow, RunEvent } from "../protocol/wire";
import { lastAt } from "./history";

/** Seconds of training between two changes of a field that are still one gesture: a drag sends several. */
export const GESTURE = 1;

/** A gesture on a live field, as a numbered mark on the charts and the scrubber. */
export interface Mark {
  number: number;
  step: number;
  /** Where its last change was made, which may be the same update. */
  last: number;
  path: string;
  value: unknown;
  /** What stood there before the gesture. */
  previous: unknown;
  /** Where the field got its previous value back; null while the change stands. */
  undone: number | null;
}

interface Gesture extends Mark {
  /** Its last change, in seconds of training. */
  seconds: number;
}

/** The marks that recorded changes make.
 *
 * Changes of one field in a row are one gesture, from its first previous value to its last one. A gesture that ends
 * where it began has no mark; a later change back to a mark's previous value takes that mark back. A length in updates
 * that follows from the measured speed is no change by a person. The records themselves stay as they are.
 */
export function marksOf(events: RunEvent[], rows: MetricRow[] = []): Mark[] {
  let gestures: Gesture[] = [];
  for (const { kind, path, step, value, previous } of events) {
    if (kind !== "change" || !path || path === "updates" || same(value, previous)) continue;
    const seconds = secondsAt(rows, step);
    const standing = gestures.filter((one) => one.path === path && one.undone === null);
    const open = standing.at(-1);
    const goesOn =
      open !== undefined &&
      open === gestures.at(-1) &&
      same(open.value, previous) &&
      (step === open.last || (seconds !== null && seconds - open.seconds < GESTURE));
    const first = standing.findIndex((one) => same(one.previous, value));
    if (goesOn && same(open.previous, value)) gestures = gestures.filter((one) => one !== open);
    else if (goesOn) Object.assign(open, { value, last: step, seconds: seconds ?? open.seconds });
    else if (first >= 0 && path !== "plugins") for (const one of standing.slice(first)) one.undone = step;
    else
      gestures.push({
        ...{ number: 0, step, last: step, path, value, previous, undone: null },
        seconds: seconds ?? Number.NEGATIVE_INFINITY,
      });
  }
  return gestures.map(({ seconds: _, ...mark }, i) => ({ ...mark, number: i + 1 }));
}

const same = (one: unknown, other: unknown) =>
  one === other || JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** How long the run had trained at a step, between the rows around it; null where no row tells. */
function secondsAt(rows: MetricRow[], step: number): number | null {
  const at = lastAt(rows, step);
  const [before, after] = [rows[at], rows[at + 1]];
  if (!before) return null;
  if (!after) return before.seconds;
  const share = (step - before.step) / (after.step - before.step);
  return before.seconds + share * (after.seconds - before.seconds);
}
