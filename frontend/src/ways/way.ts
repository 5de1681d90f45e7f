/** A way of images as the page takes it: its moments, the energy at each, and what its end is like. */
import { decodeArray, type NumericArray } from "../protocol/frame";
import type { WayMade } from "../protocol/wire";

export interface Nearest {
  image: NumericArray;
  /** Its class, where there are several. */
  label: number | null;
  /** In grey values. */
  distance: number;
}

export interface Way {
  /** The update whose energy it is. */
  step: number;
  description: string;
  /** Chain steps until each moment, or shares of a line. */
  at: number[];
  energies: number[];
  /** The class y whose E(x, y) they are; null for E(x). */
  label: number | null;
  images: NumericArray[];
  /** Of the training images, to the end. */
  nearest: Nearest | null;
  /** p(y | x) of the end, by class, where the energy knows some. */
  shares: number[] | null;
}

/** The way of the first chain of an answer; of chains of one class, where `label` was asked for. */
export function decodeWay(wire: WayMade, label: number | null = null): Way {
  const { shape, values } = decodeArray(wire.images);
  const [kept, chains] = shape as [number, number];
  const size = values.length / (kept * chains);
  const energies = decodeArray(wire.energies).values;
  return {
    step: wire.step,
    description: wire.description,
    at: [...decodeArray(wire.at).values],
    energies: Array.from({ length: kept }, (_, i) => energies[i * chains]!),
    label,
    images: Array.from({ length: kept }, (_, i) => ({
      shape: [1, ...shape.slice(2)],
      values: values.subarray(i * chains * size, (i * chains + 1) * size),
    })),
    nearest: nearestOf(wire.ends),
    shares: wire.ends.class_shares ? sharesOf(decodeArray(wire.ends.class_shares)) : null,
  };
}

/** "E(x)", or "E(x, 3)" of a class. */
export const energyOf = ({ label }: Pick<Way, "label">, called: (label: number) => string): string =>
  label === null ? "E(x)" : `E(x, ${called(label)})`;

const sharesOf = ({ shape, values }: NumericArray) => [...values.subarray(0, shape[1])];

function nearestOf(ends: WayMade["ends"]): Nearest | null {
  const { tile_nearest: images, tile_distances: distances, tile_classes: labels } = ends;
  if (!images || !distances) return null;
  return {
    image: imageOf(decodeArray(images), 0),
    label: labels ? decodeArray(labels).values[0]! : null,
    distance: decodeArray(distances).values[0]!,
  };
}

/** One image of several, (n, C, H, W), as (1, C, H, W). */
export function imageOf({ shape, values }: NumericArray, number: number): NumericArray {
  const size = values.length / shape[0]!;
  return { shape: [1, ...shape.slice(1)], values: values.subarray(number * size, (number + 1) * size) };
}

/** The moments that a film strip of so many pictures shows: evenly apart, with the start and the end. */
export function filmOf(kept: number, pictures: number): number[] {
  const count = Math.min(kept, pictures);
  if (count < 2) return kept > 0 ? [0] : [];
  return Array.from({ length: count }, (_, i) => Math.round((i * (kept - 1)) / (count - 1)));
}

/** The moment whose steps are nearest to a share of the way. */
export function momentAt({ at }: Pick<Way, "at">, share: number): number {
  const wanted = share * (at.at(-1) ?? 0);
  let found = 0;
  for (let i = 1; i < at.length; i++) {
    if (Math.abs(at[i]! - wanted) < Math.abs(at[found]! - wanted)) found = i;
  }
  return found;
}

/** Of updates whose weights are kept, the nearest to one. */
export function nearestKept(steps: readonly number[], step: number): number | null {
  return steps.reduce<number | null>(
    (best, next) => (best === null || Math.abs(next - step) < Math.abs(best - step) ? next : best),
    null,
  );
}

/** The lowest and the highest energy that a chart shows. */
export function range(energies: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...energies), Math.max(...energies)];
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

/** The side on which a number at the top or the foot of the chart hides least of the line. */
export function freeSide(
  { at, energies }: Pick<Way, "at" | "energies">,
  edge: "high" | "low",
): "left" | "right" {
  const [low, high] = range(energies);
  const end = at.at(-1) || 1;
  /** Shares of the chart that a number takes. */
  const [wide, tall] = [0.25, 0.3];
  const hidden = { left: 0, right: 0 };
  for (const [i, energy] of energies.entries()) {
    const depth = (edge === "high" ? high - energy : energy - low) / (high - low);
    const share = at[i]! / end;
    if (depth > tall || (share > wide && share < 1 - wide)) continue;
    hidden[share <= wide ? "left" : "right"] += 1;
  }
  return hidden.left < hidden.right ? "left" : "right";
}
