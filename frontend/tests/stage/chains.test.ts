/** Chains from frame to frame. */

import { expect, test } from "vitest";
import { Chains, jumpDistance, TRACED, tracedRows } from "../../src/stage/chains";

function line(count: number, shift: number): Float32Array {
  return Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 ? 0 : i / count + shift));
}

test("a far restart is a jump and a usual move is not", () => {
  const next = line(100, 0.1);
  expect(jumpDistance(line(100, 0), next)).toBe(1);
  expect(jumpDistance(line(100, 0), line(100, 0.25))).toBeCloseTo(1.5, 4);
  expect(jumpDistance(line(100, 0), line(100, 3))).toBeCloseTo(1.8, 6);
});

test("chains ease on, and one that started anew appears where it is without a line to it", () => {
  const chains = new Chains();
  chains.aim(line(10, 0));
  chains.ease(1);
  const next = line(10, 0.4);
  next[6] = -4;
  next[7] = 3;
  chains.aim(next);
  chains.ease(0.5);
  expect(chains.shown[0]).toBeCloseTo(0.2, 5);
  expect([chains.shown[6], chains.shown[7]]).toEqual([-4, 3]);
  expect(chains.pastPosition(0, 0, [0, 0])[0]).toBeCloseTo(0, 5);
  expect(chains.pastPosition(3, 0, [0, 0])[0]).toBeNaN();
});

test("a trail is where the head has been", () => {
  const chains = new Chains();
  for (const shift of [0, 0.2, 0.4, 0.6]) {
    chains.aim(line(4, shift));
    chains.ease(1);
  }
  const past = [2, 1, 0].map((age) => chains.pastPosition(0, age, [0, 0])[0]);
  [0, 0.2, 0.4].forEach((shift, i) => {
    expect(past[i]).toBeCloseTo(shift, 5);
  });
});

test("another number of chains starts afresh", () => {
  const chains = new Chains();
  chains.aim(line(4, 0));
  chains.aim(line(300, 0));
  expect(chains.count).toBe(300);
  expect(chains.rows).toHaveLength(TRACED);
  expect(chains.length).toBe(1);
});

test("traced chains are spread over all rows, each once", () => {
  const rows = tracedRows(1000);
  expect(new Set(rows).size).toBe(TRACED);
  expect(rows.at(-1)).toBeGreaterThan(950);
  expect([...tracedRows(3)]).toEqual([0, 1, 2]);
});
