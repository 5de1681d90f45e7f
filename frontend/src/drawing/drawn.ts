/** Points that are drawn, with a class each: never changed, only replaced. */
import { positionOf, type Units } from "../protocol/units";

/** Points a distribution takes at the most; the server would draw so many of more. */
export const MOST = 200_000;

export interface Drawn {
  /** x and y in turn, in the units of the drawing. */
  points: Float64Array;
  classes: Uint8Array;
}

export const NOTHING: Drawn = { points: new Float64Array(0), classes: new Uint8Array(0) };

export const countOf = ({ classes }: Drawn): number => classes.length;

/** With more points of a class, x and y in turn; those beyond `MOST` are left out. */
export function added(drawn: Drawn, more: readonly number[], label: number): Drawn {
  const before = countOf(drawn);
  const count = Math.min(more.length / 2, MOST - before);
  if (count <= 0) return drawn;
  const points = new Float64Array(2 * (before + count));
  points.set(drawn.points);
  points.set(more.slice(0, 2 * count), 2 * before);
  const classes = new Uint8Array(before + count).fill(label);
  classes.set(drawn.classes);
  return { points, classes };
}

/** Without the points that the stage shows within a radius of a position; the same where there are none. */
export function erased(drawn: Drawn, units: Units, x: number, y: number, radius: number): Drawn {
  const { points, classes } = drawn;
  const kept: number[] = [];
  for (let i = 0; i < classes.length; i++) {
    const [px, py] = positionOf(units, points[2 * i]!, points[2 * i + 1]!);
    if (Math.hypot(px - x, py - y) > radius) kept.push(i);
  }
  if (kept.length === classes.length) return drawn;
  const left = {
    points: new Float64Array(2 * kept.length),
    classes: Uint8Array.from(kept, (i) => classes[i]!),
  };
  kept.forEach((i, at) => {
    left.points.set(points.subarray(2 * i, 2 * i + 2), 2 * at);
  });
  return left;
}

/** The classes that have points, in order. */
export const classesOf = ({ classes }: Drawn): number[] => [...new Set(classes)].sort((a, b) => a - b);

/** A class for each point, of 0, 1, 2, ... without a gap. */
export function compacted(drawn: Drawn): number[] {
  const used = classesOf(drawn);
  const rank = new Map(used.map((label, at) => [label, at]));
  return Array.from(drawn.classes, (label) => rank.get(label)!);
}
