/** From strokes to points, in the positions of the stage. */
import { pointOf, SHOWN_EXTENT, type Units } from "../protocol/units";

export const TOOLS = ["brush", "spray", "eraser"] as const;
export type Tool = (typeof TOOLS)[number];

/** Uniform numbers in [0, 1). */
export type Random = () => number;

/** Half the width of the least and of the largest brush, of a stage of 9 x 9. */
export const RADII = { least: 0.05, most: 2 };
/** Points of a dab of the brush. */
export const DENSITIES = { least: 1, most: 60 };
/** Dabs a second of the spray. */
export const DABS_A_SECOND = 10;
/** Digits behind the unit of an axis that a drawn point is rounded to: far below what can be seen. */
const DIGITS = 5;

/** Places evenly in a disc: those of one dab of the brush, x and y in turn. */
export function dab(x: number, y: number, radius: number, count: number, random: Random): number[] {
  return places(count, () => {
    const [from, turn] = [radius * Math.sqrt(random()), 2 * Math.PI * random()];
    return [x + from * Math.cos(turn), y + from * Math.sin(turn)];
  });
}

/** Normal around the pointer, with half the radius for standard deviation: x and y in turn. */
export function spray(x: number, y: number, radius: number, count: number, random: Random): number[] {
  return places(count, () => {
    const from = (radius / 2) * Math.sqrt(-2 * Math.log(1 - random()));
    const turn = 2 * Math.PI * random();
    return [x + from * Math.cos(turn), y + from * Math.sin(turn)];
  });
}

function places(count: number, place: () => [number, number]): number[] {
  return Array.from({ length: count }, place).flat();
}

export interface Place {
  x: number;
  y: number;
}

/** Places on the way from one to the other, a spacing apart; the first is a spacing away from the start. */
export function along(from: Place, to: Place, spacing: number): Place[] {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  return Array.from({ length: Math.floor(length / spacing + 1e-9) }, (_, i) => {
    const share = ((i + 1) * spacing) / length;
    return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
  });
}

/** Positions of the stage in the units of the drawing, rounded; what lies off the stage is left out. */
export function inUnits(units: Units, positions: readonly number[]): number[] {
  const points: number[] = [];
  for (let i = 0; i + 1 < positions.length; i += 2) {
    const [px, py] = [positions[i]!, positions[i + 1]!];
    if (Math.max(Math.abs(px), Math.abs(py)) > SHOWN_EXTENT) continue;
    const [x, y] = pointOf(units, px, py);
    points.push(rounded(x, units.unit[0]), rounded(y, units.unit[1]));
  }
  return points;
}

function rounded(value: number, unit: number): number {
  const digits = DIGITS - Math.floor(Math.log10(unit));
  if (digits < 0) return Math.round(value / 10 ** -digits) * 10 ** -digits;
  return Number(value.toFixed(Math.min(digits, 100)));
}
