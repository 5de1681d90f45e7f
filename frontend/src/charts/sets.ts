/** How the energies of several sets of images are spread, over one axis, and which of them the energy tells apart. */
import type { DecodedFrame } from "../protocol/frame";
import { density, quantile } from "./readings";

export interface SetOfImages {
  name: string;
  /** Density over the axis, at equal distances. */
  curve: number[];
  /** All of it lies beyond the end of the axis on this side. */
  beyond: "left" | "right" | null;
  /** The probability that a held-out image has a lower energy than one of this set; null of the data and samples. */
  auroc: number | null;
}

export interface Sets {
  range: [number, number];
  rows: SetOfImages[];
}

/** The arrays of a frame by what they are called; of those after the first four an AUROC is told. */
const ARRAYS: Record<string, string> = {
  train: "data_energies",
  test: "energies_of_test",
  samples: "sample_energies",
  tiles: "tile_energies",
  noise: "energies_of_noise",
  inverted: "energies_of_inverted",
  shuffled: "energies_of_shuffled",
  flat: "energies_of_flat",
};
const OWN = ["train", "test", "samples", "tiles"];
const BINS = 64;
/** Widths of the data's own energies that the axis reaches to either side, where others lie there. */
const REACH = 4;

/** Null where a frame tells of no other images. */
export function setsOf(shown: DecodedFrame | null): Sets | null {
  const test = shown?.arrays.energies_of_test?.values;
  if (!test) return null;
  const found = Object.entries(ARRAYS).flatMap(([name, array]) => {
    const values = shown.arrays[array]?.values;
    return values ? [{ name, values }] : [];
  });
  const range = axisOf(found);
  const rows = found.map(({ name, values }) => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return {
      name,
      curve: density(values, ...range, BINS),
      beyond: least > range[1] ? ("right" as const) : most < range[0] ? ("left" as const) : null,
      auroc: OWN.includes(name) ? null : auroc(test, values),
    };
  });
  return { range, rows };
}

/** All of the data and the samples, and of the others what is not far from these. */
function axisOf(sets: { name: string; values: Float32Array }[]): [number, number] {
  const sorted = (wanted: (name: string) => boolean) =>
    Float32Array.from(sets.flatMap(({ name, values }) => (wanted(name) ? [...values] : []))).sort();
  const own = sorted((name) => OWN.includes(name));
  const all = sorted(() => true);
  const [low, high] = [quantile(own, 0.01), quantile(own, 0.99)];
  const width = high - low || 1;
  const left = Math.max(quantile(all, 0.01), low - REACH * width);
  const right = Math.min(quantile(all, 0.99), high + REACH * width);
  const room = 0.08 * (Math.max(right, high) - Math.min(left, low));
  return [Math.min(left, low) - room, Math.max(right, high) + room];
}

/** How far the mean energy of the tiles lies from that of held-out images, in standard deviations of the latter. */
export function tilesApart(shown: DecodedFrame | null): number {
  const [test, tiles] = ["energies_of_test", "tile_energies"].map((name) => shown?.arrays[name]?.values);
  if (!test || !tiles) return 0;
  const [middle, own] = [test, tiles].map(
    (values) => values.reduce((sum, one) => sum + one, 0) / values.length,
  );
  const deviation = Math.sqrt(test.reduce((sum, one) => sum + (one - middle!) ** 2, 0) / test.length);
  return deviation > 0 ? (own! - middle!) / deviation : 0;
}

/** The share of pairs in which the first is lower; a tie is half a pair. */
export function auroc(lower: ArrayLike<number>, higher: ArrayLike<number>): number {
  let pairs = 0;
  for (let i = 0; i < lower.length; i++) {
    for (let j = 0; j < higher.length; j++) {
      if (lower[i]! < higher[j]!) pairs++;
      else if (lower[i] === higher[j]) pairs += 0.5;
    }
  }
  return pairs / (lower.length * higher.length);
}
