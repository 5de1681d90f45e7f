/** Points of the user's own, and what is said of files that hold none. */
import { describe, expect, it } from "vitest";
import { fitted, parseCsv, parseNpy, readPoints } from "../src/protocol/upload";

function npy(descr: string, shape: string, data: ArrayBufferView, fortran = false): ArrayBuffer {
  const header =
    `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }`.padEnd(117) +
    "\n";
  const file = new Uint8Array(10 + header.length + data.byteLength);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  file.set(new TextEncoder().encode(header), 10);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return file.buffer;
}

describe("CSV", () => {
  it("is read with commas, semicolons, tabs and spaces, with or without a head", () => {
    const points = [
      [1, 2],
      [-3.5, 4e-1],
    ];
    for (const text of [
      "x,y\n1,2\n-3.5,4e-1",
      "1;2\r\n-3.5;0.4\r\n",
      "1\t2\n-3.5\t0.4",
      "\ufeff# made by me\n1 2\n\n-3.5  0.4",
    ]) {
      expect(parseCsv(text)).toEqual(points);
    }
  });

  it.each([
    ["1,2\n3", "line 2 has 1 columns"],
    ["1,2,3", "line 1 has 3 columns"],
    ["x,y\n1,2\n1,b", "line 3, “1,b”"],
    ["1,nan", "not two finite numbers"],
    ["1,2\n,4", "line 2"],
  ])("%j is refused with its line", (text, said) => expect(() => parseCsv(text)).toThrow(said));
});

describe("NPY", () => {
  it("is read in every real type and both orders", () => {
    expect(parseNpy(npy("<f8", "(2, 2)", Float64Array.of(1, 2, 3, 4)))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(parseNpy(npy("<f4", "(2, 2)", Float32Array.of(1, 2, 3, 4), true))).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(parseNpy(npy("<i8", "(1, 2)", BigInt64Array.of(5n, -6n)))).toEqual([[5, -6]]);
    expect(parseNpy(npy(">i2", "(1, 2)", Uint8Array.of(0, 1, 255, 255)))).toEqual([[1, -1]]);
  });

  it.each([
    ["another file", new TextEncoder().encode("x,y\n1,2 and more").buffer as ArrayBuffer, "not a NumPy file"],
    ["complex numbers", npy("<c16", "(1, 2)", new Float64Array(4)), "'<c16'"],
    ["three columns", npy("<f8", "(1, 3)", new Float64Array(3)), "(1, 3); (n, 2) is needed"],
    ["a list", npy("<f8", "(4,)", new Float64Array(4)), "(4); (n, 2)"],
    ["half a file", npy("<f8", "(9, 2)", new Float64Array(3)), "cut short"],
    ["an infinite value", npy("<f8", "(2, 2)", Float64Array.of(1, 2, 3, Infinity)), "row 2"],
  ])("%s is refused: it says what is wrong", (_name, buffer, said) =>
    expect(() => parseNpy(buffer)).toThrow(said),
  );
});

describe("files", () => {
  it("are told apart by their names, and faults name the file", async () => {
    expect(await readPoints(new File(["1,2\n3,4"], "my.CSV"))).toHaveLength(2);
    await expect(readPoints(new File(["1,2"], "one.csv"))).rejects.toThrow(
      "one.csv: it holds 1 points; at least 2",
    );
    await expect(readPoints(new File(["1,2"], "a.png"))).rejects.toThrow(
      "a.png: files that end in .csv or .npy",
    );
  });
});

it("a preview brings any units to the stage", () => {
  const points = fitted([
    [1000, 5],
    [1010, 5],
    [1020, 5],
  ]);
  expect(points[1]).toEqual([0, 0]);
  const square = points.reduce((sum, [x, y]) => sum + x * x + y * y, 0) / 3;
  expect(Math.sqrt(square)).toBeCloseTo(2.3, 6);
});
