/** Energies and their gradients at many points, in plain TypeScript and double precision. */

import { PLAIN_UNITS, type Units } from "../protocol/units";
import { ACTIVATIONS } from "./activations";
import { Matrix } from "./dense";
import type { Energy } from "./description";
import { raised, read } from "./reading";

/** Points that go through all layers together, so that their numbers stay in the fastest cache. */
const BLOCK = 32;

/** A square of positions, and cells along its side; values are at their centres, row 0 is the lowest. */
export interface Square {
  x: number;
  y: number;
  /** Half of its side. */
  extent: number;
  size: number;
}

type Numbers = Float64Array | Float32Array;

export class Evaluator {
  /** From a position (x, y) to the model's units: (a x + b y + c, d x + e y + f). */
  readonly place: readonly [number, number, number, number, number, number];
  /** Phases of the features: across x + up y + still. */
  readonly across: Float64Array;
  readonly up: Float64Array;
  readonly still: Float64Array;
  private readonly matrices: Matrix[];
  private readonly transposed: Matrix[];
  /** What goes into each layer, and last what comes out: numbers a point, the numbers, and their slopes. */
  private readonly steps: number[];
  private readonly values: Float64Array[];
  private readonly slopes: Float64Array[];
  private readonly inside = new Float64Array(2 * BLOCK);

  /** `units` says what positions are in the data's units. */
  constructor(
    readonly energy: Energy,
    readonly units: Units = PLAIN_UNITS,
  ) {
    const { matrix, center, layers, phases, frequencies } = energy;
    const [[xx, xy], [yx, yy]] = matrix;
    const [ux, uy] = units.unit;
    const [ox, oy] = [units.center[0] - center[0], units.center[1] - center[1]];
    this.place = [xx * ux, xy * uy, xx * ox + xy * oy, yx * ux, yy * uy, yx * ox + yy * oy];
    const [a, b, c, d, e, f] = this.place;
    const width = phases.length;
    const along = (p: number, q: number) =>
      phases.map((_, k) => frequencies[k]! * p + frequencies[width + k]! * q);
    this.across = along(a, d);
    this.up = along(b, e);
    this.still = along(c, f).map((turn, k) => turn + phases[k]!);
    const inputs = [2 + 2 * width, ...layers.map(({ bias }) => bias.length)];
    this.matrices = layers.map(({ weight, bias }, i) => new Matrix(weight, bias.length, inputs[i]!, bias));
    this.transposed = this.matrices.map((layer) => layer.transposed());
    this.steps = [this.transposed[0]!.stride, ...this.matrices.map(({ stride }) => stride)];
    this.values = this.steps.map((step) => new Float64Array(BLOCK * step));
    this.slopes = this.steps.map((step) => new Float64Array(BLOCK * step));
  }

  /** Fills `out` with E at points, given by x and y in turn. */
  energies(points: ArrayLike<number>, out: Numbers): void {
    for (let from = 0; 2 * from < points.length; from += BLOCK) {
      const count = Math.min(BLOCK, points.length / 2 - from);
      this.load(points, from, count);
      this.heights(count, out, from, false);
    }
  }

  /** Fills `out` with E, and `gradients` with its gradient by the position. */
  withGradient(points: ArrayLike<number>, out: Numbers, gradients: Numbers): void {
    for (let from = 0; 2 * from < points.length; from += BLOCK) {
      const count = Math.min(BLOCK, points.length / 2 - from);
      this.load(points, from, count);
      this.heights(count, out, from, true);
      this.backward(count, gradients, from);
    }
  }

  /** Fills `out` with E at the cells of some rows of a square.
   *
   * The sine of a sum comes from those of a column and a row: far fewer sines than features.
   */
  rows({ x, y, extent, size }: Square, first: number, rows: number, out: Numbers): void {
    const cell = (2 * extent) / size;
    const { across, up, still } = this;
    const width = across.length;
    const at = (i: number) => (i + 0.5) * cell - extent;
    const turns = Float64Array.from(
      { length: size * width },
      (_, i) => across[i % width]! * (x + at(Math.floor(i / width))),
    );
    const [sines, cosines] = [turns.map(Math.sin), turns.map(Math.cos)];
    const [inputs, step] = [this.values[0]!, this.steps[0]!];
    for (let row = 0; row < rows; row++) {
      const height = y + at(first + row);
      const rowTurns = up.map((turn, k) => turn * height + still[k]!);
      const [rowSines, rowCosines] = [rowTurns.map(Math.sin), rowTurns.map(Math.cos)];
      for (let from = 0; from < size; from += BLOCK) {
        const count = Math.min(BLOCK, size - from);
        for (let p = 0; p < count; p++) {
          this.put(p, x + at(from + p), height);
          const [to, source] = [p * step + 2, (from + p) * width];
          for (let k = 0; k < width; k++) {
            const [s, c, t, d] = [sines[source + k]!, cosines[source + k]!, rowSines[k]!, rowCosines[k]!];
            inputs[to + k] = s * d + c * t;
            inputs[to + width + k] = c * d - s * t;
          }
        }
        this.heights(count, out, row * size + from, false);
      }
    }
  }

  /** The position of a point of the block, in the model's units, as its first two inputs. */
  private put(p: number, x: number, y: number): void {
    const [a, b, c, d, e, f] = this.place;
    const [inputs, at] = [this.values[0]!, p * this.steps[0]!];
    this.inside[2 * p] = inputs[at] = a * x + b * y + c;
    this.inside[2 * p + 1] = inputs[at + 1] = d * x + e * y + f;
  }

  private load(points: ArrayLike<number>, from: number, count: number): void {
    const { across, up, still } = this;
    const width = across.length;
    const [inputs, step] = [this.values[0]!, this.steps[0]!];
    for (let p = 0; p < count; p++) {
      const [x, y] = [points[2 * (from + p)]!, points[2 * (from + p) + 1]!];
      this.put(p, x, y);
      const to = p * step + 2;
      for (let k = 0; k < width; k++) {
        const turn = across[k]! * x + up[k]! * y + still[k]!;
        inputs[to + k] = Math.sin(turn);
        inputs[to + width + k] = Math.cos(turn);
      }
    }
  }

  /** Takes the loaded points through all layers. */
  private heights(count: number, out: Numbers, from: number, slope: boolean): void {
    const { matrices, values, steps, energy, inside } = this;
    const last = matrices.length;
    for (let i = 0; i < last; i++) {
      matrices[i]!.times(values[i]!, steps[i]!, count, values[i + 1]!);
      if (i + 1 < last)
        ACTIVATIONS[energy.activation](
          values[i + 1]!,
          count * steps[i + 1]!,
          slope ? this.slopes[i + 1]! : null,
        );
    }
    const { reading, scale, quadratic, constant, groups } = energy;
    const units = matrices[last - 1]!.units;
    for (let p = 0; p < count; p++) {
      const [x, y] = [inside[2 * p]!, inside[2 * p + 1]!];
      const height = read(reading, values[last]!, p * steps[last]!, units, slope);
      const more = groups ? raised(groups, x, y)[0] : 0;
      out[from + p] = scale * height + (quadratic / 2) * (x * x + y * y) + constant + more;
    }
  }

  /** Takes the derivatives that `heights` has left back to the positions. */
  private backward(count: number, gradients: Numbers, from: number): void {
    const { transposed, values, slopes, steps, energy, inside, across, up } = this;
    const width = across.length;
    const features = Float64Array.from(values[0]!.subarray(0, count * steps[0]!));
    for (let i = transposed.length - 1; i >= 0; i--) {
      // the values of a layer are not needed any more once its slopes are
      transposed[i]!.times(values[i + 1]!, steps[i + 1]!, count, values[i]!);
      if (i === 0) break;
      const [by, slope] = [values[i]!, slopes[i]!];
      for (let k = 0; k < count * steps[i]!; k++) by[k] = by[k]! * slope[k]!;
    }
    const [a, b, , d, e] = this.place;
    for (let p = 0; p < count; p++) {
      const at = p * steps[0]!;
      const [x, y] = [inside[2 * p]!, inside[2 * p + 1]!];
      const more = energy.groups ? raised(energy.groups, x, y) : [0, 0, 0];
      const gx = energy.scale * values[0]![at]! + energy.quadratic * x + more[1]!;
      const gy = energy.scale * values[0]![at + 1]! + energy.quadratic * y + more[2]!;
      let [turnX, turnY] = [0, 0];
      for (let k = 0; k < width; k++) {
        const [s, c] = [at + 2 + k, at + 2 + width + k];
        const byTurn = values[0]![s]! * features[c]! - values[0]![c]! * features[s]!;
        turnX += byTurn * across[k]!;
        turnY += byTurn * up[k]!;
      }
      gradients[2 * (from + p)] = a * gx + d * gy + energy.scale * turnX;
      gradients[2 * (from + p) + 1] = b * gx + e * gy + energy.scale * turnY;
    }
  }
}
