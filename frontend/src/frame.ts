/** Frames: what a run shows at one moment, decoded from the wire into typed arrays. */

/** An array as it travels: little-endian numbers of one type, row-major. */
export interface WireArray {
  dtype: string;
  shape: number[];
  data: Uint8Array;
}

/** A landscape as it travels: quantised so that value = lo + (hi - lo) * q / max. */
export interface WireLandscape extends WireArray {
  lo: number;
  hi: number;
  extent: number;
}

/** A frame as it travels: on the websocket, from the keyframe route and in the stored demo run. */
export interface WireFrame {
  type?: "frame";
  run?: string;
  step: number;
  seconds: number;
  metrics?: Record<string, number>;
  landscape?: WireLandscape | null;
  arrays?: Record<string, WireArray>;
}

/** Energies on a square grid over [-extent, extent]^2; row 0 is the lowest y, cells are sampled at their centres. */
export interface Landscape {
  values: Float32Array;
  size: number;
  extent: number;
  lo: number;
  hi: number;
}

/** Numbers with a shape, row-major: chains, data, generator and negatives are (n, 2) or (n, C, H, W). */
export interface NumericArray {
  shape: number[];
  values: Float32Array;
}

/** What the stage and the charts read. A frame without a landscape keeps the last one on show. */
export interface DecodedFrame {
  run: string;
  step: number;
  seconds: number;
  metrics: Record<string, number>;
  landscape: Landscape | null;
  arrays: Record<string, NumericArray>;
}

const BYTES: Record<string, number> = { u1: 1, u2: 2, u4: 4, i4: 4, f4: 4, f8: 8 };

/** Decodes one array to float32.
 *
 * Throws an Error that names the type, or both counts, where the bytes do not fit the shape.
 */
export function decodeArray(wire: WireArray): NumericArray {
  const dtype = wire.dtype.replace(/^[<|=]/, "");
  const width = BYTES[dtype];
  if (width === undefined) {
    throw new Error(`array type "${wire.dtype}" is unknown; known are ${Object.keys(BYTES).join(", ")}`);
  }
  const count = wire.shape.reduce((product, length) => product * length, 1);
  if (wire.data.byteLength !== count * width) {
    throw new Error(
      `array of shape [${wire.shape.join(", ")}] and type ${dtype} needs ${count * width} bytes, got ${wire.data.byteLength}`,
    );
  }
  const bytes = new DataView(wire.data.buffer, wire.data.byteOffset, wire.data.byteLength);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = readNumber(bytes, dtype, i * width);
  return { shape: [...wire.shape], values };
}

function readNumber(bytes: DataView, dtype: string, at: number): number {
  switch (dtype) {
    case "u1":
      return bytes.getUint8(at);
    case "u2":
      return bytes.getUint16(at, true);
    case "u4":
      return bytes.getUint32(at, true);
    case "i4":
      return bytes.getInt32(at, true);
    case "f4":
      return bytes.getFloat32(at, true);
    default:
      return bytes.getFloat64(at, true);
  }
}

/** Decodes a quantised (or plain float) landscape to energies.
 *
 * Throws an Error where it is not a square.
 */
export function decodeLandscape(wire: WireLandscape): Landscape {
  const [rows, columns] = wire.shape;
  if (wire.shape.length !== 2 || rows === undefined || rows !== columns) {
    throw new Error(`landscape must be a square, got shape [${wire.shape.join(", ")}]`);
  }
  const { values } = decodeArray(wire);
  const levels = { u1: 255, u2: 65535 }[wire.dtype.replace(/^[<|=]/, "")];
  if (levels !== undefined) {
    const scale = (wire.hi - wire.lo) / levels;
    for (let i = 0; i < values.length; i++) values[i] = wire.lo + scale * (values[i] as number);
  }
  return { values, size: rows, extent: wire.extent, lo: wire.lo, hi: wire.hi };
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
    landscape: wire.landscape ? decodeLandscape(wire.landscape) : null,
    arrays,
  };
}

/** True when the data of a run are images rather than points of the plane. */
export function showsImages(frame: DecodedFrame): boolean {
  const samples = frame.arrays.chains ?? frame.arrays.data ?? frame.arrays.generator;
  return samples !== undefined && samples.shape.length === 4;
}
