/** Chains dropped with the pointer. */

import { expect, test, vi } from "vitest";
import { type Dropped, langevinStep, MOST_CHAINS, Preview } from "../../src/stage/dropped";
import type { Field } from "../../src/stage/field";
import { normal } from "../../src/stage/random";
import { fieldOf } from "./fields.testing";

const bowl: Field = fieldOf((x, y) => (x * x + y * y) / 2, 128);

function paths(seed: number, frames: number[]): number[][] {
  const preview = new Preview(seed);
  preview.drop(2, -1, 3);
  let now = 0;
  for (const pause of [0, ...frames]) {
    now += pause;
    preview.advance(now, bowl);
  }
  return preview.chains.map((chain) => chain.path);
}

test("the same seed gives the same paths, whatever the frame rate", () => {
  const fast = paths(
    7,
    Array.from({ length: 60 }, () => 50 / 3),
  );
  const slow = paths(
    7,
    Array.from({ length: 20 }, () => 50),
  );
  const shared = 2 * 150;
  expect(fast[0]?.length).toBeGreaterThanOrEqual(shared);
  expect(fast.map((path) => path.slice(0, shared))).toEqual(slow.map((path) => path.slice(0, shared)));
});

test("chains and seeds differ, and clearing starts the same paths again", () => {
  const [first, second] = paths(7, [50]);
  expect(first).not.toEqual(second);
  expect(paths(8, [50])[0]).not.toEqual(first);
  const preview = new Preview(7);
  preview.drop(0, 0, 5);
  preview.clear();
  preview.drop(2, -1, 1);
  preview.run(bowl, 9);
  expect(preview.chains[0]?.path).toEqual(first?.slice(0, 20));
});

test("small steps sample a standard normal at temperature 1", () => {
  const count = 4000;
  const sample = { value: 0, dx: 0, dy: 0 };
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const noise = normal(1000 + i);
    const chain: Dropped = { x: noise(), y: noise(), path: [], noise };
    for (let k = 0; k < 120; k++) langevinStep(chain, bowl, 0.02, sample);
    sum += chain.x * chain.x + chain.y * chain.y;
  }
  const variance = sum / (2 * count);
  const standardError = Math.sqrt(2 / (2 * count));
  expect(Math.abs(variance - 1 / (1 - 0.02 / 2))).toBeLessThan(4 * standardError);
});

test("a chain runs down a slope", () => {
  const preview = new Preview(1);
  preview.drop(-3, 0, 200);
  preview.run(
    fieldOf((x) => -4 * x, 32),
    200,
  );
  const mean = preview.chains.reduce((sum, chain) => sum + chain.x, 0) / 200;
  const spread = Math.sqrt((2 * 0.002 * 200) / 200);
  expect(Math.abs(mean - (-3 + 200 * 0.002 * 4))).toBeLessThan(4 * spread);
});

test("chains stay on the landscape, and the oldest make room", () => {
  const preview = new Preview(3);
  preview.drop(5.9, 5.9, MOST_CHAINS + 40);
  expect(preview.chains).toHaveLength(MOST_CHAINS);
  preview.run(
    fieldOf((x, y) => -50 * (x + y), 32),
    50,
  );
  const furthest = Math.max(...preview.chains.map(({ x, y }) => Math.max(Math.abs(x), Math.abs(y))));
  expect(furthest).toBeLessThanOrEqual(6);
});

test("a few chains run by the energy itself, beyond the map too; many by the landscape", () => {
  const flat = fieldOf(() => 0);
  const gradients = vi.fn((at: Float64Array, slopes: Float64Array) => slopes.set(at));
  const few = new Preview(5);
  few.drop(9, 9, 4);
  few.run(flat, 400, gradients);
  expect(gradients).toHaveBeenCalledTimes(400);
  const middle = few.chains.reduce((sum, { x }) => sum + x / 4, 0);
  // 9 exp(-0.8) is left of the start
  expect(middle).toBeGreaterThan(2.5);
  expect(middle).toBeLessThan(5.6);
  const many = new Preview(5);
  many.drop(0, 0, 200);
  many.run(flat, 1, gradients);
  expect(gradients).toHaveBeenCalledTimes(400);
});

test("a cloud is spread around its place, and two drops with the same seed agree, start and path", () => {
  const [one, other] = [new Preview(4), new Preview(4)];
  for (const preview of [one, other]) {
    preview.drop(1, 2, 400, 0.35);
    preview.run(bowl, 30);
  }
  expect(one.chains.map(({ path }) => path)).toEqual(other.chains.map(({ path }) => path));
  const starts = new Preview(4);
  starts.drop(1, 2, 400, 0.35);
  for (const [middle, of] of [
    [1, starts.chains.map(({ x }) => x)],
    [2, starts.chains.map(({ y }) => y)],
  ] as const) {
    const mean = of.reduce((sum, at) => sum + at / 400, 0);
    const deviation = Math.sqrt(of.reduce((sum, at) => sum + (at - mean) ** 2 / 400, 0));
    expect(Math.abs(mean - middle)).toBeLessThan((4 * 0.35) / 20);
    expect(Math.abs(deviation - 0.35)).toBeLessThan((4 * 0.35) / Math.sqrt(800));
  }
});
