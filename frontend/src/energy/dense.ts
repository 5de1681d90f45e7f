/** Dense layers: weight x + bias for a block of points, as fast as plain TypeScript does it. */

/** Units and points that are summed together, so that a number that is read serves several products.
 *
 * Blocks hold whole groups: what lies beyond the points in use is computed and never read. */
const UNITS = 4;
const POINTS = 2;

/** A weight, (units, inputs), filled up with zeros to whole groups of units. */
export class Matrix {
  /** Units with the zeros: numbers from one point to the next in what comes out. */
  readonly stride: number;
  private readonly weight: Float64Array;
  private readonly bias: Float64Array;

  constructor(
    weight: Float64Array,
    readonly units: number,
    readonly inputs: number,
    bias: Float64Array | null = null,
  ) {
    this.stride = Math.ceil(units / UNITS) * UNITS;
    this.weight = new Float64Array(this.stride * inputs);
    this.weight.set(weight);
    this.bias = new Float64Array(this.stride);
    if (bias) this.bias.set(bias);
  }

  /** The weight alone, (inputs, units). */
  transposed(): Matrix {
    const { weight, units, inputs } = this;
    const turned = new Float64Array(units * inputs);
    for (let o = 0; o < units; o++)
      for (let i = 0; i < inputs; i++) turned[i * units + o] = weight[o * inputs + i]!;
    return new Matrix(turned, inputs, units);
  }

  /** Fills `out`, `stride` numbers a point, from `x`, which has `step` numbers a point. */
  times(x: Float64Array, step: number, points: number, out: Float64Array): void {
    const { weight, bias, stride, inputs } = this;
    for (let p = 0; p < points; p += POINTS) {
      const x0 = p * step;
      const x1 = x0 + step;
      for (let o = 0; o < stride; o += UNITS) {
        const w0 = o * inputs;
        const w1 = w0 + inputs;
        const w2 = w1 + inputs;
        const w3 = w2 + inputs;
        let a0 = bias[o]!;
        let a1 = bias[o + 1]!;
        let a2 = bias[o + 2]!;
        let a3 = bias[o + 3]!;
        let b0 = a0;
        let b1 = a1;
        let b2 = a2;
        let b3 = a3;
        for (let i = 0; i < inputs; i++) {
          const u = x[x0 + i]!;
          const v = x[x1 + i]!;
          const k0 = weight[w0 + i]!;
          const k1 = weight[w1 + i]!;
          const k2 = weight[w2 + i]!;
          const k3 = weight[w3 + i]!;
          a0 += k0 * u;
          a1 += k1 * u;
          a2 += k2 * u;
          a3 += k3 * u;
          b0 += k0 * v;
          b1 += k1 * v;
          b2 += k2 * v;
          b3 += k3 * v;
        }
        const at = p * stride + o;
        out[at] = a0;
        out[at + 1] = a1;
        out[at + 2] = a2;
        out[at + 3] = a3;
        const next = at + stride;
        out[next] = b0;
        out[next + 1] = b1;
        out[next + 2] = b2;
        out[next + 3] = b3;
      }
    }
  }
}
