/** What the marks of slow motion are drawn by: places, paths and scales. */
import type { NumericArray } from "../protocol/frame";
import type { Arrows } from "./motion";

/** Where a row of points is on the stage, in pixels. */
export type Place = (points: NumericArray, row: number) => [number, number];

export const rows = (points: NumericArray) => Array.from({ length: points.shape[0] ?? 0 }, (_, row) => row);

/** A shaft and a head as a path; nothing where the arrow is too short to be seen. */
export function arrow([x0, y0]: [number, number], [x1, y1]: [number, number]): string | null {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!(length > 0.8)) return null;
  const barb = Math.min(8, 0.5 * length) / length;
  const [bx, by] = [(x1 - x0) * barb, (y1 - y0) * barb];
  const point = (x: number, y: number) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const tip = point(x1, y1);
  const sides = [
    point(x1 - bx + 0.55 * by, y1 - by - 0.55 * bx),
    point(x1 - bx - 0.55 * by, y1 - by + 0.55 * bx),
  ];
  return `M${point(x0, y0)}L${tip}M${sides[0]}L${tip}L${sides[1]}`;
}

/** The change that gets the full colour: all but a few cells stay below it. */
export function reachOf(values: Float32Array): number {
  const sorted = values.map(Math.abs).sort();
  return Math.max(sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 0, 1e-9);
}

/** Arrows as images, grey where they are nothing, as strong as the largest entry of them all. */
export function difference({ start, end }: Arrows): NumericArray {
  const values = end.values.map((value, i) => value - start.values[i]!);
  const most = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  return { shape: start.shape, values: values.map((value) => value / most) };
}
