/** Points that are drawn, with a class each: never changed, only replaced. */
import { pointOf, type Units } from "../protocol/units";

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
  const [atX, atY] = pointOf(units, x, y);
  const points = drawn.points.slice();
  const classes = drawn.classes.slice();
  let count = 0;
  for (let i = 0; i < classes.length; i++) {
    const across = (points[2 * i]! - atX) / units.unit[0];
    const up = (points[2 * i + 1]! - atY) / units.unit[1];
    if (across * across + up * up <= radius * radius) continue;
    points[2 * count] = points[2 * i]!;
    points[2 * count + 1] = points[2 * i + 1]!;
    classes[count++] = classes[i]!;
  }
  if (count === classes.length) return drawn;
  return { points: points.slice(0, 2 * count), classes: classes.slice(0, count) };
}

/** The classes that have points, in order. */
export function classesOf({ classes }: Drawn): number[] {
  const found = new Uint8Array(256);
  for (let i = 0; i < classes.length; i++) found[classes[i]!] = 1;
  return [...found.keys()].filter((label) => found[label] === 1);
}

/** What a class is called: as in the file that is drawn on, or by its number, where that is no other's name. */
export function className(label: number, names: readonly string[]): string {
  const plain = String(label);
  return names[label] ?? (names.includes(plain) ? `class ${plain}` : plain);
}

/** A class for each point, of 0, 1, 2, ... without a gap. */
export function compacted(drawn: Drawn): number[] {
  const used = classesOf(drawn);
  const rank = new Map(used.map((label, at) => [label, at]));
  return Array.from(drawn.classes, (label) => rank.get(label)!);
}
