/** Easing at the measured pace of arrivals. */

import { expect, test } from "vitest";
import { Ease } from "../../src/stage/ease";

test("progress takes the interval at which things arrive", () => {
  const ease = new Ease();
  for (let k = 0; k <= 30; k++) ease.arrive(250 * k);
  expect(ease.progress(30 * 250)).toBe(0);
  expect(ease.progress(30 * 250 + 125)).toBeCloseTo(0.5, 2);
  expect(ease.progress(30 * 250 + 400)).toBe(1);
});

test("a pause does not slow what comes after it", () => {
  const ease = new Ease();
  for (let k = 0; k <= 30; k++) ease.arrive(100 * k);
  ease.arrive(60_000);
  expect(ease.progress(60_050)).toBeCloseTo(0.5, 2);
});

test("before anything has arrived there is nothing to ease", () => {
  expect(new Ease().progress(12)).toBe(1);
});
