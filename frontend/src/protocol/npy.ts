/** NPY files, as the server keeps points and their classes. */

export interface NpyArray {
  shape: number[];
  values: Float64Array;
}

const MAGIC = "\u0093NUMPY";
const READERS: Record<string, (bytes: ArrayBuffer) => Float64Array> = {
  "<f8": (bytes) => new Float64Array(bytes),
  "<i8": (bytes) => Float64Array.from(new BigInt64Array(bytes), Number),
};

/** The shape of what the beginning of a file says that it holds; null where it is no such file. */
export function shapeOf(start: ArrayBuffer): number[] | null {
  const text = Array.from(new Uint8Array(start), (code) => String.fromCharCode(code)).join("");
  const shape = text.startsWith(MAGIC) ? /'shape': \(([^)]*)\)/.exec(text)?.[1] : undefined;
  return shape === undefined ? null : lengths(shape);
}

const lengths = (shape: string) =>
  shape
    .split(",")
    .filter((part) => part.trim())
    .map(Number);

/** The numbers of a file, row-major.
 *
 * Throws an Error that names what is found where it is no such file of 64-bit numbers.
 */
export function readNpy(data: ArrayBuffer): NpyArray {
  const letters = (from: number, to: number) =>
    Array.from(new Uint8Array(data.slice(from, to)), (code) => String.fromCharCode(code)).join("");
  if (letters(0, 6) !== MAGIC) throw new Error(`no NPY file: it begins with "${letters(0, 6)}"`);
  const view = new DataView(data);
  const wide = view.getUint8(6) > 1;
  const begin = wide ? 12 : 10;
  const end = begin + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = letters(begin, end);
  const type = /'descr': '([^']*)'/.exec(header)?.[1] ?? "";
  const reader = READERS[type];
  if (!reader || header.includes("'fortran_order': True"))
    throw new Error(`array of type "${type}"; known are ${Object.keys(READERS).join(", ")} in C order`);
  const shape = lengths(/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "");
  return { shape, values: reader(data.slice(end)) };
}
