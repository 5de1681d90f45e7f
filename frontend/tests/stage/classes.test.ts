/** What a classifier's frame tells the stage. */

import { expect, test } from "vitest";
import type { NumericArray } from "../../src/protocol/frame";
import { labelledOf, uncertaintyOf } from "../../src/stage/classes";
import { measure, picture } from "../../src/stage/modes";
import { Terrain } from "../../src/stage/terrain";
import { frameWith } from "../frames.testing";
import { fieldOf } from "./fields.testing";

const flat = (...values: number[]): NumericArray => ({
  shape: [values.length],
  values: Float32Array.from(values),
});
const map = (value: (x: number, y: number) => number) => flat(...fieldOf(value, 64, 4.5).values);
const frameOf = (arrays: Record<string, NumericArray>) => frameWith({ arrays });
const points = { shape: [3, 2], values: new Float32Array(6) };

test("points are labelled only where each has its label", () => {
  expect(labelledOf(frameOf({ labelled: points, labels: flat(0, 1, 2) }))?.labels).toHaveLength(3);
  expect(labelledOf(frameOf({ labelled: points, labels: flat(0, 1) }))).toBeNull();
  expect(labelledOf(frameOf({ labelled: points }))).toBeNull();
});

test("the colours of both classifiers span from sure to a blind guess", () => {
  const unsure = uncertaintyOf(
    frameOf({
      uncertainty_map: map(() => 0.5),
      softmax_uncertainty_map: map(() => 0.1),
      labels: flat(0, 4, 2),
    }),
  );
  expect(unsure?.most).toBeCloseTo(0.8);
  const moment = measure(
    fieldOf((x, y) => x * x + y * y),
    4.5,
    0,
  );
  for (const mode of ["uncertainty", "softmax"] as const) {
    expect(picture(mode, moment, null, unsure)).toMatchObject({ lo: 0, hi: unsure?.most });
    expect(picture(mode, moment, null, null)).toBeNull();
  }
});

test("a map that is no square is not shown", () => {
  expect(uncertaintyOf(frameOf({ uncertainty_map: flat(...new Array(60).fill(0)) }))).toBeNull();
});

test("uncertainty is read where the pointer is, and is gone with a run that has none", () => {
  const context = { createImageData: () => ({ data: new Uint8ClampedArray(4 * 900) }) };
  const canvas = { getContext: () => context };
  const terrain = new Terrain({ createElement: () => canvas } as unknown as Document, 4.5);
  terrain.resize(30, 4.5);
  const energy = fieldOf((x, y) => x * x + y * y, 64);
  const unsure = uncertaintyOf(
    frameOf({ uncertainty_map: map((_, y) => 0.5 + y / 10), softmax_uncertainty_map: map(() => 0.1) }),
  );
  terrain.take(energy, 0, 0, unsure);
  terrain.advance(0, true);
  expect(terrain.available("softmax")).toBe(true);
  expect(terrain.readout(1, 3)?.unsure?.joint).toBeCloseTo(0.8, 3);
  expect(terrain.readout(1, 3)?.unsure?.softmax).toBeCloseTo(0.1, 5);
  terrain.take(energy, 0, 100);
  terrain.advance(100, true);
  expect(terrain.available("uncertainty")).toBe(false);
  expect(terrain.readout(1, 3)?.unsure).toBeNull();
});
