/** What the map can show of a moment: its energy, its density, the true density, or how the two differ. */

import {
  DENSITY_SPAN,
  densityColors,
  differenceColors,
  ENERGY_REACH,
  energyColors,
  type LookUpTable,
  uncertaintyColors,
  viridis,
} from "./colormap";
import { type Field, logPartition, type Sample, sampleField, shownQuantile, windowOf } from "./field";
import type { Theme } from "./palette";

export type Mode = "energy" | "density" | "truth" | "difference" | "uncertainty" | "softmax";

/** Where classifiers are unsure, 1 - max p(y | x): the energy's own, and the plain one that trains beside it. */
export interface Uncertainty {
  uncertainty: Field;
  softmax: Field | null;
  /** That of a blind guess: 1 - 1 / classes. */
  most: number;
}

/** A field and the range of its values that a colour map spans. */
export interface Picture {
  field: Field;
  lo: number;
  hi: number;
}

/** Nats of −log p that the colours of an energy span. */
export interface Scale {
  lo: number;
  hi: number;
}

/** The scale that a moment would have for itself. */
export function scaleOf({ lowest, span, logPartition: log }: Moment): Scale {
  return { lo: lowest + log, hi: lowest + log + ENERGY_REACH * span };
}

/** The scale that has room for several. */
export function commonScale(scales: (Scale | null)[]): Scale | null {
  const known = scales.filter((scale) => scale !== null);
  if (known.length === 0) return null;
  return { lo: Math.min(...known.map(({ lo }) => lo)), hi: Math.max(...known.map(({ hi }) => hi)) };
}

/** The density of a moment, on the grid of its energy. */
export function densityOf({ energy, logPartition: log }: Moment): Field {
  return { ...energy, values: energy.values.map((value) => Math.exp(-value - log)) };
}

/** Nats above the lowest energy that take most of the colours, once a landscape is that deep. */
export const ENERGY_SPAN = 8;
const SHALLOWEST_SPAN = 3;
/** Share of the shown cells left out below the range, so that a spike of a few cells does not set it. */
const SPIKES = 0.001;

/** Quantities of one landscape that more than one layer needs. */
export interface Moment {
  energy: Field;
  /** A robust minimum of the energy in the window. */
  lowest: number;
  /** Nats that most of the energy's colours span. */
  span: number;
  /** In nats, of the whole plane. */
  logPartition: number;
}

/** Measures a landscape.
 *
 * `massOutside` is the model's mass outside of the grid: with it Z is that of the plane. The logarithm comes from this
 * very grid and not from an older evaluation, since the constant of an energy drifts while it trains.
 */
export function measure(energy: Field, shown: number, massOutside: number): Moment {
  const lowest = shownQuantile(energy, shown, SPIKES);
  const depth = shownQuantile(energy, shown, 0.9) - lowest;
  const outside = massOutside > 0 ? Math.min(massOutside, 0.999) : 0;
  return {
    energy,
    lowest,
    span: Math.min(Math.max(depth, SHALLOWEST_SPAN), ENERGY_SPAN),
    logPartition: logPartition(energy) - Math.log1p(-outside),
  };
}

/** The colours of a mode. */
export function colors(mode: Mode, theme: Theme): LookUpTable {
  if (mode === "energy") return energyColors;
  if (mode === "density") return densityColors;
  if (mode === "truth") return viridis;
  return mode === "difference" ? differenceColors[theme] : uncertaintyColors[theme];
}

/** The field to paint and its range, or null where what the mode needs is not known. */
export function picture(
  mode: Mode,
  moment: Moment | null,
  truth: Field | null,
  unsure: Uncertainty | null = null,
  scale: Scale | null = null,
): Picture | null {
  if (mode === "truth") return truth && { field: truth, lo: 0, hi: peak(truth) };
  if (mode === "uncertainty" || mode === "softmax") {
    const field = unsure?.[mode];
    return field ? { field, lo: 0, hi: unsure?.most ?? 1 } : null;
  }
  if (!moment) return null;
  if (mode === "energy" && scale) {
    const log = moment.logPartition;
    return { field: moment.energy, lo: scale.lo - log, hi: scale.hi - log };
  }
  if (mode === "energy") {
    return { field: moment.energy, lo: moment.lowest, hi: moment.lowest + ENERGY_REACH * moment.span };
  }
  if (mode === "density") {
    // Painted from the energy, which is smoother than its exponential; the brightest is the peak of the truth if known.
    const shared = truth ? -Math.log(peak(truth)) : scale?.lo;
    const lo = shared === undefined ? moment.lowest : shared - moment.logPartition;
    return { field: moment.energy, lo, hi: lo + DENSITY_SPAN };
  }
  if (!truth) return null;
  const reach = peak(truth) / 3;
  return { field: difference(moment, truth), lo: -reach, hi: reach };
}

function peak(density: Field): number {
  let highest = 0;
  for (let i = 0; i < density.values.length; i++) {
    highest = Math.max(highest, density.values[i] as number);
  }
  return highest;
}

/** Model minus truth, on the grid of the energy. */
function difference(moment: Moment, truth: Field): Field {
  const { values, size, extent } = moment.energy;
  const middle = windowOf(moment.energy);
  const result = new Float32Array(values.length);
  const width = (2 * extent) / size;
  const sample: Sample = { value: 0, dx: 0, dy: 0 };
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) * width - extent + middle.y;
    for (let column = 0; column < size; column++) {
      const x = (column + 0.5) * width - extent + middle.x;
      const inside = Math.max(Math.abs(x), Math.abs(y)) <= truth.extent;
      const actual = inside ? sampleField(truth, x, y, sample).value : 0;
      const at = row * size + column;
      result[at] = Math.exp(-(values[at] as number) - moment.logPartition) - actual;
    }
  }
  return { values: result, size, ...middle };
}
