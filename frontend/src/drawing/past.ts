/** A drawing with what it was before each stroke. */
import { countOf, type Drawn } from "./drawn";

export interface Past {
  drawn: Drawn;
  /** The oldest first. */
  before: readonly Drawn[];
}

/** Points that all that can be undone to may hold together: about 70 MB. */
const MOST_POINTS = 4_000_000;

/** After a stroke; one that changed nothing is none. The oldest are forgotten where they are too many. */
export function stroked({ drawn, before }: Past, next: Drawn): Past {
  if (next === drawn) return { drawn, before };
  const kept = [...before, drawn];
  let points = kept.reduce((sum, one) => sum + countOf(one), 0);
  while (points > MOST_POINTS) points -= countOf(kept.shift()!);
  return { drawn: next, before: kept };
}

/** Without the last stroke. */
export function undone({ drawn, before }: Past): Past {
  const last = before.at(-1);
  return last ? { drawn: last, before: before.slice(0, -1) } : { drawn, before };
}
