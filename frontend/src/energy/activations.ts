/** Smooth activations and their slopes, in place. */
import type { Energy } from "./description";

/** Puts f(z) over each z, and f'(z) into `slopes` where they are asked for. */
type Activation = (z: Float64Array, count: number, slopes: Float64Array | null) => void;

const logistic = (z: number) => 1 / (1 + Math.exp(-z));

export const ACTIVATIONS: Record<Energy["activation"], Activation> = {
  silu: (z, count, slopes) => {
    for (let i = 0; i < count; i++) {
      const s = logistic(z[i]!);
      const f = z[i]! * s;
      z[i] = f;
      if (slopes) slopes[i] = s + f * (1 - s);
    }
  },
  softplus: (z, count, slopes) => {
    for (let i = 0; i < count; i++) {
      const at = z[i]!;
      z[i] = Math.max(at, 0) + Math.log1p(Math.exp(-Math.abs(at)));
      if (slopes) slopes[i] = logistic(at);
    }
  },
  tanh: (z, count, slopes) => {
    for (let i = 0; i < count; i++) {
      const y = Math.tanh(z[i]!);
      z[i] = y;
      if (slopes) slopes[i] = 1 - y * y;
    }
  },
};
