/** How a figure stands: of which update it is, and what a good one would be. */
import { count } from "./format";

/** Of which update a figure is, and whether it still holds. */
export interface Standing {
  text: string;
  /** It is that of another moment than the one on the stage. */
  past: boolean;
}

/** The words for a figure that was measured at an update of a run; null where nothing is known of it.
 *
 * `moment` is the past one that the stage shows: there a figure of before a failure holds.
 * `exact` figures are summed over a grid, which is a finer one at the end of a run.
 */
export function standing(
  at: number | undefined,
  run: { state: string; step: number } | null,
  moment: number | null = null,
  exact = false,
): Standing | null {
  if (at === undefined || !run) return null;
  const update = count(at);
  if (run.state === "failed" && moment === null && at < run.step)
    return { text: `Of update ${update}; the run failed at ${count(run.step)}.`, past: true };
  const last = run.state === "finished" && moment === null && at >= run.step;
  const finer = last && exact ? ", at the end on a finer grid than on the way" : "";
  return { text: `Measured at update ${update}${finer}.`, past: false };
}

/** What a good headline figure would be; empty where that depends on the data and stands in the figure's own floor. */
export function reference(name: string | undefined, reached: string | null | undefined): string {
  if (name !== "kl") return "";
  return `0 is exact; ${reached ? `such a network has reached ${reached}` : "0.01 nats are hard to tell apart by eye"}.`;
}
