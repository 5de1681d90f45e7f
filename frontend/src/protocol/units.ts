/** From the stage's positions, a square around 0, to the data's own units. */

/** Half the width of the stage in its own positions: what comes over the wire lies in about [-4, 4]^2 there. */
export const SHOWN_EXTENT = 4.5;

/** Lowest and highest x, and y, that a map shows, in the data's units. */
export type Window = readonly [readonly [number, number], readonly [number, number]];

/** Position 0 of the stage stands for the centre; 1 is so many units of the data, on each axis. */
export interface Units {
  center: [number, number];
  unit: [number, number];
}

export const PLAIN_UNITS: Units = { center: [0, 0], unit: [1, 1] };

export function unitsOf([x, y]: Window): Units {
  const half = ([low, high]: readonly [number, number]) => (high - low) / (2 * SHOWN_EXTENT);
  const middle = ([low, high]: readonly [number, number]) => (low + high) / 2;
  return { center: [middle(x), middle(y)], unit: [half(x), half(y)] };
}

/** A position of the stage in the data's own units. */
export function pointOf({ center, unit }: Units, x: number, y: number): [number, number] {
  return [x * unit[0] + center[0], y * unit[1] + center[1]];
}

/** A point in the data's own units where the stage draws it. */
export function positionOf({ center, unit }: Units, x: number, y: number): [number, number] {
  return [(x - center[0]) / unit[0], (y - center[1]) / unit[1]];
}
