/** A drawing with what it was before each stroke, and after those that were undone. */
import { countOf, type Drawn } from "./drawn";

export interface Past {
  drawn: Drawn;
  /** The oldest first. */
  before: readonly Drawn[];
  /** What was undone, the last first. */
  after: readonly Drawn[];
}

export const begun = (drawn: Drawn): Past => ({ drawn, before: [], after: [] });

/** Points that all that can be undone to may hold together: about 70 MB. */
const MOST_POINTS = 4_000_000;

/** After a stroke; one that changed nothing is none. What was undone is forgotten, and the oldest where they are too
 * many. */
export function stroked(past: Past, next: Drawn): Past {
  const { drawn, before } = past;
  if (next === drawn) return past;
  const kept = [...before, drawn];
  let points = kept.reduce((sum, one) => sum + countOf(one), 0);
  while (points > MOST_POINTS) points -= countOf(kept.shift()!);
  return { drawn: next, before: kept, after: [] };
}

/** Without the last stroke. */
export function undone(past: Past): Past {
  const { drawn, before, after } = past;
  const last = before.at(-1);
  return last ? { drawn: last, before: before.slice(0, -1), after: [drawn, ...after] } : past;
}

/** With the stroke that was undone last. */
export function redone(past: Past): Past {
  const { drawn, before, after } = past;
  const [next, ...others] = after;
  return next ? { drawn: next, before: [...before, drawn], after: others } : past;
}
