/** What the charts read: the history of the run on the stage up to the moment that is shown. */
import { computed } from "@preact/signals";
import type { DecodedFrame } from "../protocol/frame";
import type { MetricRow } from "../protocol/wire";
import { endOfTime } from "../run/history";
import type { Mark } from "../run/marks";
import { history, kept, marks, metrics, moment, momentFrame, reached, stored, untrained } from "../state";

export interface Evidence {
  rows: MetricRow[];
  /** Last step that is drawn. */
  until: number;
  /** A step to mark as the moment shown, where later ones are drawn too. */
  cursor: number | null;
  marks: Mark[];
  /** The step whose energy is kept, where that is not the newest. */
  kept: number | null;
  /** The whole run in updates, as far as known. */
  horizon: number;
  frame: DecodedFrame | null;
  /** The best that the network has reached, by the figure's name. */
  reached?: Record<string, number>;
}

const NOTHING: Evidence = {
  rows: [],
  until: 0,
  cursor: null,
  marks: [],
  kept: null,
  horizon: 1,
  frame: null,
};

export const evidence = computed<Evidence>(() => {
  const known = history.value;
  if (!known || untrained.value) return NOTHING;
  const replayed = moment.value;
  return {
    rows: known.rows,
    until: stored.value && replayed !== null ? replayed : Number.POSITIVE_INFINITY,
    cursor: stored.value ? null : replayed,
    marks: marks.value,
    kept: kept.value?.step ?? null,
    horizon: endOfTime(known),
    frame: replayed === null ? known.frame : momentFrame.value,
    // of a method that blurs the data the figures are against those
    reached: metrics.value.kl_data === undefined ? reached.value : {},
  };
});

/** A metric over steps, at most `most` points, the last one always among them. */
export function series(
  rows: MetricRow[],
  name: string,
  until: number,
  most = 300,
): { x: number[]; y: number[] } {
  const found = rows.filter((row) => row.step <= until && Number.isFinite(row.values[name]));
  const stride = Math.ceil(found.length / most);
  const kept = found.filter((_, i) => i % stride === 0 || i === found.length - 1);
  return { x: kept.map((row) => row.step), y: kept.map((row) => row.values[name]!) };
}

/** A running mean with a memory of so many points. */
export function smoothed(values: number[], memory: number): number[] {
  let mean = values[0] ?? 0;
  return values.map((value, i) => {
    mean += (value - mean) / Math.min(i + 1, memory);
    return mean;
  });
}

/** The value below which a share of the numbers lies. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}

/** A smooth density of some numbers at equal distances over [low, high]: a histogram, blurred by a Gaussian. */
export function density(values: ArrayLike<number>, low: number, high: number, bins = 96): number[] {
  const counts = new Float64Array(bins);
  const width = (high - low) / bins;
  let inside = 0;
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor((values[i]! - low) / width);
    if (bin < 0 || bin >= bins) continue;
    counts[bin]!++;
    inside++;
  }
  const sigma = bins / 28;
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-(((i - reach) / sigma) ** 2) / 2));
  const total = kernel.reduce((sum, weight) => sum + weight, 0) * Math.max(inside, 1) * width;
  return Array.from({ length: bins }, (_, bin) => {
    let sum = 0;
    for (let k = -reach; k <= reach; k++) sum += (counts[bin + k] ?? 0) * kernel[k + reach]!;
    return sum / total;
  });
}
