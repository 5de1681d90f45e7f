/** Reads a table of points from a CSV or NPY file, in the page. */

/** Rows that a run's configuration can hold. */
export const MOST_POINTS = 200_000;

export type Point = [number, number];

/** Points of a file, told apart by its name.
 *
 * Throws an Error that says which row or field is at fault, and what is allowed.
 */
export async function readPoints(file: File): Promise<Point[]> {
  const name = file.name.toLowerCase();
  try {
    if (name.endsWith(".npy")) return checked(parseNpy(await file.arrayBuffer()));
    if (name.endsWith(".csv") || name.endsWith(".txt") || name.endsWith(".tsv"))
      return checked(parseCsv(await file.text()));
  } catch (error) {
    throw new Error(`${file.name}: ${(error as Error).message}`);
  }
  throw new Error(`${file.name}: files that end in .csv or .npy can be read; this one cannot.`);
}

/** Two numbers a line, separated by commas, semicolons, tabs or spaces; a first line of names is skipped. */
export function parseCsv(text: string): Point[] {
  const points: Point[] = [];
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  for (const [i, line] of lines.entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const cells = trimmed.split(/\s*[,;\t]\s*|\s+/).map((cell) => cell.replace(/^"(.*)"$/, "$1"));
    const numbers = cells.map((cell) => (cell === "" ? Number.NaN : Number(cell)));
    if (
      points.length === 0 &&
      numbers.every(Number.isNaN) &&
      cells.some((cell) => !/^[-+]?(nan|inf)/i.test(cell))
    )
      continue;
    if (cells.length !== 2)
      throw new Error(`line ${i + 1} has ${cells.length} columns; two are needed, x and y.`);
    if (!numbers.every(Number.isFinite))
      throw new Error(`line ${i + 1}, “${trimmed.slice(0, 40)}”, is not two finite numbers.`);
    points.push([numbers[0]!, numbers[1]!]);
  }
  return points;
}

const READERS: Record<
  string,
  { width: number; read: (view: DataView, at: number, little: boolean) => number }
> = {
  f4: { width: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { width: 8, read: (view, at, little) => view.getFloat64(at, little) },
  i1: { width: 1, read: (view, at) => view.getInt8(at) },
  i2: { width: 2, read: (view, at, little) => view.getInt16(at, little) },
  i4: { width: 4, read: (view, at, little) => view.getInt32(at, little) },
  i8: { width: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  u1: { width: 1, read: (view, at) => view.getUint8(at) },
  u2: { width: 2, read: (view, at, little) => view.getUint16(at, little) },
  u4: { width: 4, read: (view, at, little) => view.getUint32(at, little) },
  u8: { width: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
};

/** NumPy's format, versions 1 to 3 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): an (n, 2) array. */
export function parseNpy(buffer: ArrayBuffer): Point[] {
  const view = new DataView(buffer);
  const magic = new Uint8Array(buffer, 0, Math.min(6, buffer.byteLength));
  if (buffer.byteLength < 10 || magic[0] !== 0x93 || String.fromCharCode(...magic.slice(1)) !== "NUMPY") {
    throw new Error("this is not a NumPy file (.npy); save the array with numpy.save.");
  }
  const long = view.getUint8(6) >= 2;
  const start = long ? 12 : 10;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  if (start + length > buffer.byteLength) throw new Error("the file is cut short.");
  const header = new TextDecoder().decode(new Uint8Array(buffer, start, length));
  const descr = /'descr':\s*'([<>|=])(\w\d+)'/.exec(header);
  const shape = /'shape':\s*\(([^)]*)\)/
    .exec(header)?.[1]
    ?.split(",")
    .map((part) => part.trim())
    .filter(Boolean)
    .map(Number);
  const reader = descr?.[2] ? READERS[descr[2]] : undefined;
  if (!descr || !reader) {
    const found = /'descr':\s*('[^']*'|\[.*?\])/.exec(header)?.[1] ?? "unknown";
    throw new Error(`the array's type is ${found}; real numbers (float32, float64 or integers) are needed.`);
  }
  if (shape?.length !== 2 || shape[1] !== 2) {
    throw new Error(`the array's shape is (${shape?.join(", ") ?? "unknown"}); (n, 2) is needed.`);
  }
  const rows = shape[0]!;
  const data = start + length;
  if (data + rows * 2 * reader.width > buffer.byteLength) throw new Error("the file is cut short.");
  const columnMajor = /'fortran_order':\s*True/.test(header);
  const little = descr[1] !== ">";
  const at = (row: number, column: number) =>
    reader.read(view, data + (columnMajor ? column * rows + row : row * 2 + column) * reader.width, little);
  return Array.from({ length: rows }, (_, row): Point => {
    const point: Point = [at(row, 0), at(row, 1)];
    if (!point.every(Number.isFinite))
      throw new Error(`row ${row + 1}, (${point.join(", ")}), is not finite.`);
    return point;
  });
}

function checked(points: Point[]): Point[] {
  if (points.length < 2) throw new Error(`it holds ${points.length} points; at least 2 are needed.`);
  if (points.length > MOST_POINTS) {
    throw new Error(
      `it holds ${points.length.toLocaleString("en")} points; at most ${MOST_POINTS.toLocaleString("en")} are allowed: take a random part of them.`,
    );
  }
  return points;
}

/** The points moved and scaled so that their bulk fits the stage, for a preview before training. */
export function fitted(points: Point[]): Point[] {
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const radius =
    Math.sqrt(points.reduce((sum, p) => sum + (p[0] - x) ** 2 + (p[1] - y) ** 2, 0) / points.length) || 1;
  return points.map((point) => [((point[0] - x) / radius) * 2.3, ((point[1] - y) / radius) * 2.3]);
}
