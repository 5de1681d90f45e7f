/** Plays kept moments one after the other, from the first to the last and over again. */

/** Kept moments a second at the speed 1. */
export const RATE = 20;
/** Seconds that the last moment stays before the first one comes again. */
const REST = 1.2;

export interface Place {
  /** Moments since the first, as a fraction; beyond the last one while it rests. */
  at: number;
  playing: boolean;
}

/** The moment that is shown. */
export function indexOf(at: number, kept: number): number {
  return Math.max(0, Math.min(Math.floor(at), kept - 1));
}

/** Where it is `seconds` later; without `loops` it stops at the last moment. */
export function later(place: Place, seconds: number, kept: number, speed: number, loops: boolean): Place {
  if (!place.playing) return place;
  const at = place.at + seconds * RATE * speed;
  if (at < kept - 1) return { at, playing: true };
  if (!loops) return { at: kept - 1, playing: false };
  return { at: at < kept - 1 + REST * RATE * speed ? at : 0, playing: true };
}
