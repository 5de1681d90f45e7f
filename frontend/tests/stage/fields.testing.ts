/** Fields with known values, for tests. */

import type { Field } from "../../src/stage/field";

/** A function on the centres of a grid. */
export function fieldOf(f: (x: number, y: number) => number, size = 64, extent = 6): Field {
  const width = (2 * extent) / size;
  const values = new Float32Array(size * size);
  for (let i = 0; i < values.length; i++) {
    values[i] = f(((i % size) + 0.5) * width - extent, (Math.floor(i / size) + 0.5) * width - extent);
  }
  return { values, size, extent };
}
