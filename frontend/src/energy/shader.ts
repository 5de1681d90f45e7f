/** The fragment shader that computes an energy, and its weights as texels of four numbers. */
import type { Energy } from "./description";
import type { Evaluator } from "./evaluator";

/** Texels in a row of the weights' texture. */
export const ROW = 256;
const fours = (count: number) => Math.ceil(count / 4);
/** Energy of a logit that is only there to fill up. */
const NEVER = -1e30;

const ACTIVATIONS: Record<Energy["activation"], string> = {
  silu: "z / (1.0 + exp(-z))",
  softplus: "max(z, 0.0) + log(1.0 + exp(-abs(z)))",
  tanh: "1.0 - 2.0 / (exp(2.0 * z) + 1.0)",
};

/** Sines and cosines to single precision: those of a GPU may be off by 5e-4. Coefficients of Moshier's cephes. */
const TURN = `void turn(vec4 t, out vec4 s, out vec4 c) {
    vec4 k = round(t * 0.636619772);
    vec4 r = (t - k * 1.57079637) + k * 4.37113883e-8;
    vec4 q = r * r;
    vec4 a = r + r * q * (-0.16666654611 + q * (0.0083321608736 - q * 0.00019515295891));
    vec4 b = 1.0 - 0.5 * q + q * q * (0.041666645683 + q * (-0.0013887316255 + q * 0.000024433157118));
    ivec4 n = ivec4(k) & 3;
    bvec4 odd = equal(n & 1, ivec4(1));
    s = mix(a, b, odd);
    c = mix(b, a, odd);
    s = mix(s, -s, greaterThanEqual(n, ivec4(2)));
    c = mix(c, -c, equal((n + 1) & 2, ivec4(2)));
  }`;

/** Of `n` fours of the last layer, in `a`. */
const READINGS: Record<Energy["reading"], (n: number) => string> = {
  height: () => "float h = a[0].x;",
  log_sum_exp: (n) => `${sumOf(n)} float h = -top - log(sum);`,
  entropy: (n) => `${sumOf(n)} float h = 0.0;
    for (int i = 0; i < ${n}; i++) { vec4 l = a[i] - top - log(sum); h -= dot(exp(l), l); }`,
};
const sumOf = (n: number) => `float top = a[0].x;
    for (int i = 0; i < ${n}; i++) top = max(top, max(max(a[i].x, a[i].y), max(a[i].z, a[i].w)));
    float sum = 0.0;
    for (int i = 0; i < ${n}; i++) sum += dot(exp(a[i] - top), vec4(1.0));`;

export interface Program {
  source: string;
  /** Four numbers a texel, whole rows. */
  texels: Float32Array;
}

/** The program of an energy; null where it adds groups, which plain code computes. */
export function programOf({ energy, place, across, up, still }: Evaluator): Program | null {
  if (energy.groups) return null;
  const numbers: number[] = [];
  const put = (values: ArrayLike<number>, fill = 0): number => {
    const at = numbers.length / 4;
    for (let i = 0; i < 4 * fours(values.length); i++) numbers.push(i < values.length ? values[i]! : fill);
    return at;
  };
  const width = across.length;
  const turns = fours(width);
  const [acrossAt, upAt, stillAt] = [put(across), put(up), put(still)];
  /** Where each input of a layer stands: the first has x and y, then the sines, then the cosines, each filled up. */
  let places = [
    0,
    1,
    ...Array.from({ length: width }, (_, k) => 4 + k),
    ...Array.from({ length: width }, (_, k) => 4 + 4 * turns + k),
  ];
  let inputs = 1 + 2 * turns;
  const steps = energy.layers.map(({ weight, bias }, layer) => {
    const last = layer === energy.layers.length - 1;
    const biasAt = put(bias, last ? NEVER : 0);
    const weightAt = numbers.length / 4;
    const outputs = fours(bias.length);
    for (let o = 0; o < outputs; o++) {
      const block = new Float32Array(16 * inputs);
      for (let j = 0; j < 4 && 4 * o + j < bias.length; j++) {
        for (const [i, stands] of places.entries()) {
          block[16 * (stands >> 2) + 4 * j + (stands & 3)] = weight[(4 * o + j) * places.length + i]!;
        }
      }
      for (const value of block) numbers.push(value);
    }
    const code = `
    vec4 b${layer}[${outputs}];
    for (int o = 0; o < ${outputs}; o++) {
      vec4 z = w(${biasAt} + o);
      for (int i = 0; i < ${inputs}; i++) {
        int at = ${weightAt} + 4 * (o * ${inputs} + i);
        vec4 u = a[i];
        z += vec4(dot(w(at), u), dot(w(at + 1), u), dot(w(at + 2), u), dot(w(at + 3), u));
      }
      b${layer}[o] = ${last ? "z" : ACTIVATIONS[energy.activation]};
    }
    for (int i = 0; i < ${outputs}; i++) a[i] = b${layer}[i];`;
    places = Array.from(bias.keys());
    inputs = outputs;
    return code;
  });
  const most = Math.max(1 + 2 * turns, ...energy.layers.map(({ bias }) => fours(bias.length)));
  const f = (value: number) => value.toExponential(9);
  const [a, b, c, d, e, g] = place.map(f);
  const source = `#version 300 es
  precision highp float;
  precision highp int;
  uniform highp sampler2D weights;
  uniform vec4 square;
  out vec4 found;
  vec4 w(int at) { return texelFetch(weights, ivec2(at % ${ROW}, at / ${ROW}), 0); }
  ${TURN}
  void main() {
    vec2 p = square.xy + gl_FragCoord.xy * square.z;
    vec2 m = vec2(${a} * p.x + ${b} * p.y + ${c}, ${d} * p.x + ${e} * p.y + ${g});
    vec4 a[${most}];
    a[0] = vec4(m, 0.0, 0.0);
    for (int k = 0; k < ${turns}; k++) {
      vec4 t = w(${acrossAt} + k) * p.x + w(${upAt} + k) * p.y + w(${stillAt} + k);
      turn(t, a[1 + k], a[${1 + turns} + k]);
    }
    ${steps.join("")}
    ${READINGS[energy.reading](inputs)}
    found = vec4(${f(energy.scale)} * h + ${f(energy.quadratic / 2)} * dot(m, m) + ${f(energy.constant)});
  }`;
  const texels = new Float32Array(4 * ROW * Math.ceil(numbers.length / (4 * ROW)));
  texels.set(numbers);
  return { source, texels };
}
