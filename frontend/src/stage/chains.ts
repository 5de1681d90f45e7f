/** The positions of the chains, eased from frame to frame, and the trails of a few of them. */

/** Chains that get a head and a trail; the others are dots. */
export const TRACED = 64;
/** Positions a trail keeps. */
export const TRAIL = 16;

/** How far a chain can go from one frame to the next before it counts as started anew, in units of the plane.
 *
 * Six times the median move, yet never less than 1 nor more than 1.8.
 */
export function jumpDistance(from: Float32Array, to: Float32Array): number {
  const moves = new Float32Array(to.length / 2);
  for (let i = 0; i < moves.length; i++) moves[i] = move(from, to, i);
  moves.sort();
  const median = moves.length ? (moves[moves.length >> 1] as number) : 0;
  return Math.min(Math.max(6 * median, 1), 1.8);
}

function move(from: Float32Array, to: Float32Array, chain: number): number {
  const dx = (to[2 * chain] as number) - (from[2 * chain] as number);
  const dy = (to[2 * chain + 1] as number) - (from[2 * chain + 1] as number);
  return Math.hypot(dx, dy);
}

/** Rows of up to `TRACED` chains, spread evenly over all of them. */
export function tracedRows(count: number): Int32Array {
  const traced = Math.min(count, TRACED);
  return Int32Array.from({ length: traced }, (_, i) => Math.floor((i * count) / traced));
}

export class Chains {
  /** Where the chains are drawn, x and y in turn. */
  shown: Float32Array = new Float32Array(0);
  rows: Int32Array = new Int32Array(0);
  private from = new Float32Array(0);
  private to = new Float32Array(0);
  /** Ring of past positions of the traced chains: TRAIL x traced x 2; NaN where a chain started anew. */
  private past = new Float32Array(0);
  private newest = 0;
  private kept = 0;

  get count(): number {
    return this.to.length / 2;
  }

  /** Takes the next positions, two numbers a chain, as the target; what is shown now becomes the start and part of the trails. */
  aim(next: Float32Array): void {
    if (next.length !== this.to.length) this.restart(next);
    this.remember();
    const far = jumpDistance(this.to, next);
    for (let i = 0; i < this.count; i++) {
      const jumped = !(move(this.to, next, i) <= far);
      const source = jumped ? next : this.shown;
      this.from[2 * i] = source[2 * i] as number;
      this.from[2 * i + 1] = source[2 * i + 1] as number;
    }
    for (let k = 0; k < this.rows.length; k++) {
      const row = this.rows[k] as number;
      if (!(move(this.to, next, row) <= far)) this.breakTrail(k);
    }
    this.to.set(next);
  }

  private restart(next: Float32Array): void {
    this.shown = next.slice();
    this.from = next.slice();
    this.to = next.slice();
    this.rows = tracedRows(next.length / 2);
    this.past = new Float32Array(2 * TRAIL * this.rows.length);
    this.kept = 0;
  }

  private remember(): void {
    const { rows, shown } = this;
    this.newest = (this.newest + 1) % TRAIL;
    this.kept = Math.min(this.kept + 1, TRAIL);
    const base = 2 * this.newest * rows.length;
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k] as number;
      this.past[base + 2 * k] = shown[2 * row] as number;
      this.past[base + 2 * k + 1] = shown[2 * row + 1] as number;
    }
  }

  private breakTrail(k: number): void {
    const at = 2 * (this.newest * this.rows.length + k);
    this.past[at] = Number.NaN;
    this.past[at + 1] = Number.NaN;
  }

  /** Moves what is shown to `progress` between the last two targets. */
  ease(progress: number): void {
    const { shown, from, to } = this;
    for (let i = 0; i < to.length; i++) {
      const start = from[i] as number;
      shown[i] = start + progress * ((to[i] as number) - start);
    }
  }

  /** Positions kept, the head's own apart. */
  get length(): number {
    return this.kept;
  }

  /** Position `age` arrivals ago (from 0) of traced chain k as [x, y] in `out`; NaN where it started anew after it. */
  pastPosition(k: number, age: number, out: [number, number]): [number, number] {
    const slot = (this.newest - age + TRAIL) % TRAIL;
    const at = 2 * (slot * this.rows.length + k);
    out[0] = this.past[at] as number;
    out[1] = this.past[at + 1] as number;
    return out;
  }

  /** Forgets the trails but not the positions: the next frame is of another moment. */
  cutTrails(): void {
    this.kept = 0;
  }

  clear(): void {
    this.restart(new Float32Array(0));
  }
}
