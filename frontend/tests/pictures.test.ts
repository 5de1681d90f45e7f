// @vitest-environment happy-dom
/** Pictures of one's own: what counts as some, and how they travel. */
import { describe, expect, it } from "vitest";
import { asPictures } from "../src/form/pictures";
import { crc32, zipped } from "../src/form/zip";
import { shapeOf } from "../src/protocol/npy";

const bytes = (text: string) => new TextEncoder().encode(text);
const npy = (shape: string) => {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }\n`;
  return Uint8Array.from([0x93, ...bytes("NUMPY"), 1, 0, header.length, 0, ...bytes(header)]);
};

it("the check sum is that of zip", () => {
  expect(crc32(bytes("123456789"))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

describe("an archive", () => {
  it("holds the files one after the other, and a directory of them", async () => {
    const archive = await zipped([new File(["one"], "a.png"), new File(["second"], "é.png")]);
    const view = new DataView(await archive.arrayBuffer());
    const end = view.byteLength - 22;
    expect(view.getUint32(end, true)).toBe(0x06054b50);
    expect(view.getUint16(end + 10, true)).toBe(2);
    const directory = view.getUint32(end + 16, true);
    expect(directory + view.getUint32(end + 12, true)).toBe(end);
    expect(view.getUint32(directory, true)).toBe(0x02014b50);
    const second = directory + 46 + "a.png".length;
    const place = view.getUint32(second + 42, true);
    expect(view.getUint32(place, true)).toBe(0x04034b50);
    const name = view.getUint16(place + 26, true);
    const text = new TextDecoder().decode(view.buffer.slice(place + 30, place + 30 + name + 6));
    expect(text).toBe("é.pngsecond");
    expect(view.getUint32(place + 14, true)).toBe(crc32(bytes("second")));
  });
});

describe("what is brought", () => {
  it("is pictures where files are images, an archive, or an array of more than two axes", async () => {
    const image = new File(["x"], "a.png", { type: "image/png" });
    const several = await asPictures([image, new File(["y"], "b.jpg", { type: "image/jpeg" })]);
    expect(several?.name).toBe("2 pictures.zip");
    const archive = new File(["PK"], "set.ZIP");
    expect(await asPictures([archive])).toBe(archive);
    const arrays = new File([npy("60, 28, 28")], "digits.npy");
    expect(await asPictures([arrays])).toBe(arrays);
  });

  it("is a table otherwise", async () => {
    for (const file of [
      new File(["x,y\n1,2"], "a.csv"),
      new File([npy("60, 2")], "a.npy"),
      new File([npy("60,")], "a.npy"),
      new File(["none"], "a.npy"),
      new File(["PK"], "a.npz"),
    ])
      expect(await asPictures([file])).toBeNull();
    expect(await asPictures([])).toBeNull();
  });
});

it("the shape is read from the start of an array's file", () => {
  expect(shapeOf(npy("5, 3, 32, 32").buffer)).toEqual([5, 3, 32, 32]);
  expect(shapeOf(npy("7,").buffer)).toEqual([7]);
  expect(shapeOf(bytes("x,y").buffer)).toBeNull();
});
