/** Frames on the wire become typed arrays. */
import { describe, expect, it } from "vitest";
import {
  type DecodedFrame,
  decodeArray,
  decodeFrame,
  decodeLandscape,
  over,
  showsImages,
} from "../src/protocol/frame";
import { PLAIN_UNITS } from "../src/protocol/units";
import type { PackedLandscape } from "../src/protocol/wire";
import { frameWith } from "./frames.testing";

type Window = PackedLandscape["window"];

const PLAIN: Window = [
  [-4.5, 4.5],
  [-4.5, 4.5],
];
const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const f4 = (shape: number[], values: number[]) => ({
  dtype: "f4" as const,
  shape,
  data: bytes(Float32Array.from(values)),
});

describe("arrays", () => {
  it("are read little-endian whatever their offset in the message", () => {
    const message = new Uint8Array(1 + 8);
    message.set(bytes(Float32Array.from([1.5, -2])), 1);
    const array = decodeArray({ dtype: "f4", shape: [1, 2], data: message.subarray(1) });
    expect([...array.values]).toEqual([1.5, -2]);
    expect(array.shape).toEqual([1, 2]);
  });

  it("that do not fit their shape are refused with both sizes", () => {
    expect(() => decodeArray(f4([2, 2], [1, 2]))).toThrow("needs 16 bytes, got 8");
  });

  it("of an unknown type are refused with those that are known", () => {
    expect(() => decodeArray({ dtype: "c8" as "f4", shape: [1], data: new Uint8Array(8) })).toThrow(
      /"c8" is unknown; known are .*f4/,
    );
  });
});

describe("landscapes", () => {
  it("are scaled between their lowest and highest value", () => {
    const data = bytes(Uint16Array.from([0, 65535, 32768, 16384]));
    const { values, size, extent } = decodeLandscape({
      dtype: "u2",
      shape: [2, 2],
      data,
      lo: -1,
      hi: 3,
      window: PLAIN,
    });
    expect(size).toBe(2);
    expect(extent).toBe(4.5);
    expect(values[0]).toBe(-1);
    expect(values[1]).toBe(3);
    expect(values[2]).toBeCloseTo(1, 4);
    expect(values[3]).toBeCloseTo(0, 4);
  });

  it("of 8 bits use all 255 steps", () => {
    const { values } = decodeLandscape({
      dtype: "u1",
      shape: [1, 1],
      data: Uint8Array.of(255),
      lo: 0,
      hi: 7,
      window: PLAIN,
    });
    expect(values[0]).toBe(7);
  });

  it("fill the square of the stage, whatever part of the plane they show", () => {
    const wire = {
      dtype: "u1" as const,
      shape: [1, 1],
      data: new Uint8Array(1),
      lo: 0,
      hi: 1,
      window: [
        [388095, 388098],
        [0, 90],
      ] as Window,
    };
    const { extent, units } = decodeLandscape(wire);
    expect(extent).toBe(4.5);
    expect(units).toEqual({ center: [388096.5, 45], unit: [1 / 3, 10] });
  });

  it("must be square", () => {
    expect(() =>
      decodeLandscape({ dtype: "u1", shape: [2, 3], data: new Uint8Array(6), lo: 0, hi: 1, window: PLAIN }),
    ).toThrow("[2, 3]");
  });
});

describe("recordings of before maps had windows", () => {
  const { window: _, ...square } = {
    dtype: "u1" as const,
    shape: [1, 1],
    data: new Uint8Array(1),
    lo: 0,
    hi: 1,
    window: PLAIN,
  };

  it("show a square around 0, in plain units", () => {
    const landscape = { ...square, extent: 6 } as unknown as PackedLandscape;
    const frame = decodeFrame({ step: 0, seconds: 0, arrays: { chains: f4([1, 2], [1, 2]) }, landscape });
    expect(frame.landscape).toMatchObject({ extent: 6, units: PLAIN_UNITS });
    expect(frame.units).toEqual(PLAIN_UNITS);
    expect([...frame.arrays.chains!.values]).toEqual([1, 2]);
  });
});

describe("frames", () => {
  it("may lack a landscape", () => {
    const frame = decodeFrame({
      step: 3,
      seconds: 1,
      run: "a",
      metrics: { kl: 1 },
      arrays: { chains: f4([1, 2], [1, 2]) },
    });
    expect(frame.landscape).toBeNull();
    expect(frame.metrics.kl).toBe(1);
    expect(showsImages(frame)).toBe(false);
  });

  it("of images are told from frames of points", () => {
    expect(
      showsImages(decodeFrame({ step: 0, seconds: 0, arrays: { chains: f4([1, 1, 1, 2], [0, 1]) } })),
    ).toBe(true);
  });

  it("name the array that is malformed", () => {
    expect(() => decodeFrame({ step: 7, seconds: 0, arrays: { data: f4([3, 2], [0]) } })).toThrow(
      "frame at update 7, data:",
    );
  });
});

describe("a frame over an older one", () => {
  const points = (value: number) => ({ shape: [1], values: Float32Array.of(value) });
  const energy = (lo: number) => ({
    values: Float32Array.of(lo),
    size: 1,
    extent: 1,
    units: PLAIN_UNITS,
    lo,
    hi: lo,
  });
  const frame = (step: number, more: Partial<DecodedFrame>) =>
    frameWith({ step, metrics: { kl: step }, ...more });
  const whole = frame(1, { landscape: energy(1), arrays: { data: points(1), chains: points(1) } });
  const light = frame(2, { arrays: { chains: points(2) } });

  it("renews the arrays and the landscape that it brings; all others stay", () => {
    expect(over(light, whole)).toEqual({
      ...light,
      landscape: whole.landscape,
      arrays: { data: points(1), chains: points(2) },
    });
    expect(over(whole, light)).toEqual(whole);
  });

  it("gives the same in whatever groups frames are combined", () => {
    const next = frame(3, { landscape: energy(3), arrays: { data: points(3) } });
    expect(over(next, over(light, whole))).toEqual(over(over(next, light), whole));
  });

  it("takes nothing from another run", () => {
    expect(over({ ...light, run: "b" }, whole)).toEqual({ ...light, run: "b" });
    expect(over(light, null)).toBe(light);
  });
});
