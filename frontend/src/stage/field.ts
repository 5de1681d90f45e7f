/** A scalar field on a square grid: values and gradients between the cells, and finer copies of it. */

import type { Window } from "./viewport";

/** Values at the centres of the cells of a square, row-major; row 0 is the lowest y. */
export interface Field {
  values: Float32Array;
  /** Cells along one side, at least 4. */
  size: number;
  /** Half of the side of the square. */
  extent: number;
  /** Its middle; left out where that is 0. */
  x?: number;
  y?: number;
}

/** The square of a field. */
export const windowOf = ({ extent, x = 0, y = 0 }: Field): Window => ({ extent, x, y });

/** Whether a field knows all of a square. */
export function covers(field: Field, { x, y, extent }: Window): boolean {
  const room = field.extent - extent + 1e-6 * extent;
  return Math.abs(x - (field.x ?? 0)) <= room && Math.abs(y - (field.y ?? 0)) <= room;
}

/** A field and its gradient at one point. */
export interface Sample {
  value: number;
  dx: number;
  dy: number;
}

/** Writes the four weights of cubic convolution at t in [0, 1] between the middle cells to out[0..3], and their
 * derivatives to out[4..7]. With a = -1/2 (Keys 1981, https://doi.org/10.1109/TASSP.1981.1163711): exact for quadratics.
 */
function cubic(t: number, out: Float64Array): void {
  out[0] = t * (-0.5 + t * (1 - 0.5 * t));
  out[1] = 1 + t * t * (-2.5 + 1.5 * t);
  out[2] = t * (0.5 + t * (2 - 1.5 * t));
  out[3] = t * t * (-0.5 + 0.5 * t);
  out[4] = -0.5 + t * (2 - 1.5 * t);
  out[5] = t * (-5 + 4.5 * t);
  out[6] = 0.5 + t * (4 - 4.5 * t);
  out[7] = t * (-1 + 1.5 * t);
}

const across = new Float64Array(8);
const along = new Float64Array(8);

/** First of the four cells around a position in cells, kept so that all four exist. */
function firstTap(cells: number, size: number): number {
  return Math.min(Math.max(Math.floor(cells) - 1, 0), size - 4);
}

/** Writes the bicubic interpolation of the field and its gradient at (x, y) to `out`, and returns it.
 *
 * Outside of the outermost centres the field goes on along its gradient there.
 */
export function sampleField(field: Field, x: number, y: number, out: Sample): Sample {
  const { values, size, extent } = field;
  const perCell = size / (2 * extent);
  const last = size - 1;
  const wantedU = (x - (field.x ?? 0) + extent) * perCell - 0.5;
  const wantedV = (y - (field.y ?? 0) + extent) * perCell - 0.5;
  const u = Math.min(Math.max(wantedU, 0), last);
  const v = Math.min(Math.max(wantedV, 0), last);
  const column = firstTap(u, size);
  const row = firstTap(v, size);
  cubic(u - column - 1, along);
  cubic(v - row - 1, across);
  let value = 0;
  let dx = 0;
  let dy = 0;
  for (let j = 0; j < 4; j++) {
    const at = (row + j) * size + column;
    let level = 0;
    let slope = 0;
    for (let i = 0; i < 4; i++) {
      const cell = values[at + i] as number;
      level += (along[i] as number) * cell;
      slope += (along[4 + i] as number) * cell;
    }
    value += (across[j] as number) * level;
    dx += (across[j] as number) * slope;
    dy += (across[4 + j] as number) * level;
  }
  out.value = value + dx * (wantedU - u) + dy * (wantedV - v);
  out.dx = dx * perCell;
  out.dy = dy * perCell;
  return out;
}

/** Which four cells lie around each pixel along one axis, and their weights. */
class Taps {
  readonly first: Int32Array;
  readonly weights: Float32Array;

  constructor(size: number, extent: number, offset: number, shown: number, pixels: number) {
    this.first = new Int32Array(pixels);
    this.weights = new Float32Array(4 * pixels);
    for (let p = 0; p < pixels; p++) {
      const x = offset - shown + ((p + 0.5) * 2 * shown) / pixels;
      const cells = Math.min(Math.max(((x + extent) * size) / (2 * extent) - 0.5, 0), size - 1);
      const first = firstTap(cells, size);
      this.first[p] = first;
      cubic(cells - first - 1, along);
      this.weights.set(along.subarray(0, 4), 4 * p);
    }
  }
}

/** Resamples fields of one size and square to `pixels` x `pixels` values over another; row 0 becomes the highest y.
 *
 * Beyond the outermost centres of a field its values go on as they are there.
 */
export class Upsampler {
  private readonly columns: Taps;
  private readonly lines: Taps;
  private readonly rows: Float32Array;

  constructor(
    private readonly of: Omit<Field, "values">,
    private readonly shown: Window,
    readonly pixels: number,
  ) {
    const { size, extent, x = 0, y = 0 } = of;
    this.columns = new Taps(size, extent, shown.x - x, shown.extent, pixels);
    this.lines = new Taps(size, extent, shown.y - y, shown.extent, pixels);
    this.rows = new Float32Array(size * pixels);
  }

  /** Whether it resamples such a field to such a square. */
  fits({ size, extent, x = 0, y = 0 }: Field, shown: Window, pixels: number): boolean {
    const { of, shown: to } = this;
    const same = size === of.size && extent === of.extent && x === (of.x ?? 0) && y === (of.y ?? 0);
    const there = shown.x === to.x && shown.y === to.y && shown.extent === to.extent;
    return same && there && pixels === this.pixels;
  }

  /** Fills `out`, of pixels^2 values. */
  apply(values: Float32Array, out: Float32Array): Float32Array {
    const { pixels, columns, lines, rows } = this;
    const { size } = this.of;
    const lowest = lines.first[0] as number;
    const highest = (lines.first[pixels - 1] as number) + 3;
    for (let p = 0; p < pixels; p++) {
      const w0 = columns.weights[4 * p] as number;
      const w1 = columns.weights[4 * p + 1] as number;
      const w2 = columns.weights[4 * p + 2] as number;
      const w3 = columns.weights[4 * p + 3] as number;
      for (let row = lowest; row <= highest; row++) {
        const at = row * size + (columns.first[p] as number);
        rows[row * pixels + p] =
          w0 * (values[at] as number) +
          w1 * (values[at + 1] as number) +
          w2 * (values[at + 2] as number) +
          w3 * (values[at + 3] as number);
      }
    }
    for (let p = 0; p < pixels; p++) {
      const w0 = lines.weights[4 * p] as number;
      const w1 = lines.weights[4 * p + 1] as number;
      const w2 = lines.weights[4 * p + 2] as number;
      const w3 = lines.weights[4 * p + 3] as number;
      const from = (lines.first[p] as number) * pixels;
      const to = (pixels - 1 - p) * pixels;
      for (let q = 0; q < pixels; q++) {
        const at = from + q;
        out[to + q] =
          w0 * (rows[at] as number) +
          w1 * (rows[at + pixels] as number) +
          w2 * (rows[at + 2 * pixels] as number) +
          w3 * (rows[at + 3 * pixels] as number);
      }
    }
    return out;
  }
}

/** The value below which a share of the cells of [-shown, shown]^2 lies. */
export function shownQuantile(field: Field, shown: number, share: number): number {
  const { values, size, extent } = field;
  const margin = Math.max(0, Math.round(((extent - shown) * size) / (2 * extent)));
  const side = size - 2 * margin;
  const inside = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    const at = (row + margin) * size + margin;
    inside.set(values.subarray(at, at + side), row * side);
  }
  inside.sort();
  return inside[Math.round(share * (inside.length - 1))] as number;
}

/** Log of the sum of exp(-E) over the grid, times the area of a cell, in nats. */
export function logPartition(energy: Field): number {
  const { values, size, extent } = energy;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) lowest = Math.min(lowest, values[i] as number);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(lowest - (values[i] as number));
  return Math.log(sum) - lowest + 2 * Math.log((2 * extent) / size);
}
