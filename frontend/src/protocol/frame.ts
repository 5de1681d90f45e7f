/** Frames: what a run shows at one moment, decoded from the wire into typed arrays. */

import { PLAIN_UNITS, SHOWN_EXTENT, type Units, unitsOf } from "./units";
import type { PackedArray, PackedLandscape, QuantisedArray, WireFrame } from "./wire";

/** Energies on a square grid over [-extent, extent]^2 of the stage; row 0 is the lowest y, cells are sampled at
 * their centres. */
export interface Landscape {
  values: Float32Array;
  size: number;
  extent: number;
  /** What the stage's positions are in the data's units. */
  units: Units;
  lo: number;
  hi: number;
  /** The update that it is of, where it came with a frame. */
  step?: number;
}

/** Numbers with a shape, row-major: chains, data, generator and negatives are (n, 2) or (n, C, H, W). */
export interface NumericArray {
  shape: number[];
  values: Float32Array;
}

/** What the stage and the charts read. */
export interface DecodedFrame {
  run: string;
  step: number;
  seconds: number;
  metrics: Record<string, number>;
  /** What the stage's positions are in the data's units. */
  units: Units;
  landscape: Landscape | null;
  arrays: Record<string, NumericArray>;
}

interface Reader {
  width: number;
  read: (view: DataView, at: number) => number;
  /** The number that stands for the highest value of a quantised array. */
  levels?: number;
}

const READERS: Record<PackedArray["dtype"], Reader> = {
  f4: { width: 4, read: (view, at) => view.getFloat32(at, true) },
  u1: { width: 1, read: (view, at) => view.getUint8(at), levels: 255 },
  u2: { width: 2, read: (view, at) => view.getUint16(at, true), levels: 65535 },
};

/** Decodes one array to float32, quantised or plain.
 *
 * Throws an Error that names the type, or both counts, where the bytes do not fit the shape.
 */
export function decodeArray(packed: PackedArray | QuantisedArray): NumericArray {
  const { dtype, shape, data } = packed;
  const reader = READERS[dtype];
  if (reader === undefined) {
    throw new Error(`array type "${dtype}" is unknown; known are ${Object.keys(READERS).join(", ")}`);
  }
  const count = shape.reduce((product, length) => product * length, 1);
  if (data.byteLength !== count * reader.width) {
    const needed = `${count * reader.width} bytes, got ${data.byteLength}`;
    throw new Error(`array of shape [${shape.join(", ")}] and type ${dtype} needs ${needed}`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = new Float32Array(count);
  const [lo, scale] =
    "lo" in packed && reader.levels ? [packed.lo, (packed.hi - packed.lo) / reader.levels] : [0, 1];
  for (let i = 0; i < count; i++) values[i] = lo + scale * reader.read(view, i * reader.width);
  return { shape: [...shape], values };
}

/** Decodes a quantised (or plain float) landscape to energies.
 *
 * Throws an Error where it is not a square.
 */
export function decodeLandscape(wire: PackedLandscape): Landscape {
  const [rows, columns] = wire.shape;
  if (wire.shape.length !== 2 || rows === undefined || rows !== columns) {
    throw new Error(`landscape must be a square, got shape [${wire.shape.join(", ")}]`);
  }
  const { values } = decodeArray(wire);
  return { values, size: rows, ...placeOf(wire), lo: wire.lo, hi: wire.hi };
}

/** Where a map lies; before there were windows, recordings had a square around 0 in the stage's positions. */
function placeOf({ window, extent }: PackedLandscape & { extent?: number }) {
  if (extent !== undefined) return { extent, units: PLAIN_UNITS };
  return { extent: SHOWN_EXTENT, units: unitsOf(window) };
}

/** Decodes a whole frame; names the array at fault where one is malformed. */
export function decodeFrame(wire: WireFrame): DecodedFrame {
  const arrays: Record<string, NumericArray> = {};
  for (const [name, array] of Object.entries(wire.arrays ?? {})) {
    try {
      arrays[name] = decodeArray(array);
    } catch (error) {
      throw new Error(`frame at update ${wire.step}, ${name}: ${(error as Error).message}`);
    }
  }
  return {
    run: wire.run ?? "",
    step: wire.step,
    seconds: wire.seconds,
    metrics: { ...(wire.metrics ?? {}) },
    units: wire.window ? unitsOf(wire.window) : PLAIN_UNITS,
    landscape: wire.landscape ? { ...decodeLandscape(wire.landscape), step: wire.step } : null,
    arrays,
  };
}

/** A frame, packed or decoded, as far as frames combine. */
interface Combinable {
  run?: string;
  arrays?: object;
  landscape?: unknown;
}

/** A frame over an older one of its run: it renews the arrays and the landscape that it brings, all others stay. */
export function over<F extends Combinable>(frame: F, older: F | null | undefined): F {
  if (!older || older.run !== frame.run) return frame;
  return {
    ...frame,
    arrays: { ...older.arrays, ...frame.arrays },
    landscape: frame.landscape ?? older.landscape,
  };
}

/** True when the data of a run are images rather than points of the plane. */
export function showsImages(frame: DecodedFrame): boolean {
  const samples = frame.arrays.chains ?? frame.arrays.data ?? frame.arrays.generator;
  return samples !== undefined && samples.shape.length === 4;
}
