/** How a surface is looked at: from which side and how steeply, without perspective, and where things are then. */

import type { Window } from "./viewport";

/** Degrees: how far the plane is turned against the clock, and how far one looks down on it; 90 is from above. */
export interface Orbit {
  turn: number;
  tilt: number;
}

export const FRONT: Orbit = { turn: -30, tilt: 50 };
export const [LOWEST_TILT, HIGHEST_TILT] = [10, 90];

/** The orbit after a turn by degrees; the tilt stays within its bounds. */
export function turned({ turn, tilt }: Orbit, right: number, up: number): Orbit {
  const around = (((turn + right + 180) % 360) + 360) % 360;
  return { turn: around - 180, tilt: Math.min(Math.max(tilt + up, LOWEST_TILT), HIGHEST_TILT) };
}

/** Height of the highest level, where half the side of the window is 1. */
const HEIGHT = 0.6;
/** Half the side of the window as a share of the canvas, so that it fits however it is turned. */
const SCALE = 0.335;

/** A window of the plane seen along an orbit, on a canvas of `size` pixels. */
export class Turned {
  private readonly scale: number;
  private readonly middle: number;
  private readonly around: [number, number];
  private readonly down: [number, number];

  constructor(
    readonly size: number,
    readonly window: Window,
    readonly orbit: Orbit,
  ) {
    const circle = (degrees: number): [number, number] => {
      const angle = (degrees * Math.PI) / 180;
      return [Math.cos(angle), Math.sin(angle)];
    };
    this.around = circle(orbit.turn);
    this.down = circle(orbit.tilt);
    this.scale = SCALE * size;
    this.middle = size / 2 + (this.scale * HEIGHT * this.down[0]) / 2;
  }

  /** Writes pixels from the left and from the top, and the distance from the viewer, of (u, v) in [-1, 1]^2 at a level. */
  place(u: number, v: number, level: number, out: Float32Array | number[], at = 0): void {
    const { around, down, scale } = this;
    const away = u * around[1] + v * around[0];
    const height = HEIGHT * level;
    out[at] = this.size / 2 + scale * (u * around[0] - v * around[1]);
    out[at + 1] = this.middle - scale * (height * down[0] + away * down[1]);
    out[at + 2] = away * down[0] - height * down[1];
  }

  /** u and v of the edges that are farthest away. */
  get farEdges(): [number, number] {
    const [cos, sin] = this.around;
    return [sin >= 0 ? 1 : -1, cos >= 0 ? 1 : -1];
  }

  /** The inverse, without the level. */
  at(px: number, py: number, distance: number): [number, number] {
    const { around, down, scale } = this;
    const right = (px - this.size / 2) / scale;
    const away = ((this.middle - py) / scale) * down[1] + distance * down[0];
    return [right * around[0] + away * around[1], away * around[0] - right * around[1]];
  }

  /** How much of the light falls on a slope, of levels by u and v; 1 where it is flat. It comes from over the left
   * shoulder, whichever way the plane is turned. */
  light(du: number, dv: number): number {
    const { around } = this;
    const right = HEIGHT * (du * around[0] - dv * around[1]);
    const away = HEIGHT * (du * around[1] + dv * around[0]);
    return Math.max(0, 1 + 0.55 * right + 0.35 * away) / Math.hypot(1, right, away);
  }
}
