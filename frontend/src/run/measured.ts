/** The figures of a moment, and of which update each one is: the exact ones are measured now and then. */
import type { DecodedFrame } from "../protocol/frame";
import type { MetricRow } from "../protocol/wire";
import { lastAt, type RunHistory } from "./history";

export interface Measured {
  values: Record<string, number>;
  /** The update that each figure was measured at, by its name. */
  at: Record<string, number>;
}

/** Rows that are looked through for a figure that is measured seldom. */
const LOOKED = 400;

/** The newest figures up to a step, from whichever source has them latest.
 *
 * Frames and the run's own state carry old figures on: where a row has the same value, the row tells when it was
 * measured. `replayed` leaves the state out, which is that of the end.
 */
export function figuresUpTo(
  { info, rows }: Pick<RunHistory, "info" | "rows">,
  until: number,
  frame: DecodedFrame | null,
  replayed: boolean,
): Measured {
  const { values, at } = metricsAt(rows, until);
  const sources = [
    { step: frame?.step ?? -1, values: frame?.metrics ?? {} },
    replayed ? { step: -1, values: {} } : { step: info.step, values: info.metrics },
  ];
  const recorded = rows[lastAt(rows, until)]?.step ?? -1;
  for (const { step, values: carried } of sources.sort((a, b) => a.step - b.step)) {
    for (const [name, value] of Object.entries(carried)) {
      if (name in values && (step <= recorded || value === values[name])) continue;
      values[name] = value;
      at[name] = step;
    }
  }
  return { values, at };
}

/** The newest value of every metric at or before a step. */
export function metricsAt(rows: MetricRow[], step: number): Measured {
  const found: Measured = { values: {}, at: {} };
  for (let i = lastAt(rows, step), looked = 0; i >= 0 && looked < LOOKED; i--, looked++) {
    for (const [name, value] of Object.entries(rows[i]!.values)) {
      if (name in found.values) continue;
      found.values[name] = value;
      found.at[name] = rows[i]!.step;
    }
  }
  return found;
}
