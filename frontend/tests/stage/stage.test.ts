/** The stage on a canvas that counts what is drawn. */

import { expect, test } from "vitest";
import type { Evaluator } from "../../src/energy/evaluator";
import { PLAIN_UNITS, type Units } from "../../src/protocol/units";
import { createStage, type Layers, type Stage } from "../../src/stage";
import type { Preview } from "../../src/stage/dropped";
import { frameWith } from "../frames.testing";
import { fieldOf } from "./fields.testing";
import { fakeCanvas, frame, stageOf } from "./stage.testing";

test("nothing is drawn while nothing changes", () => {
  const { stage, draws } = stageOf();
  stage.show(frame(1, 0));
  expect(draws(0)).toBeGreaterThan(0);
  draws(400);
  expect(draws(417)).toBe(0);
  stage.setTheme("light");
  expect(draws(434)).toBeGreaterThan(0);
  expect(draws(451)).toBe(0);
});

test("energy, density and score are read under the pointer", () => {
  const { stage, draws } = stageOf();
  expect(stage.readout(45, 45)).toBeNull();
  stage.show(frame(1, 0));
  draws(0);
  const readout = stage.readout(65, 45);
  expect(readout?.x).toBeCloseTo(2, 6);
  expect(readout?.energy).toBeCloseTo(2, 3);
  expect(readout?.density).toBeCloseTo(Math.exp(-2) / (2 * Math.PI), 4);
  expect(readout?.score[0]).toBeCloseTo(-2, 3);
  expect(stage.readout(91, 45)).toBeNull();
});

test("the pointer counts from where the colours begin, whatever the constant of the energy", () => {
  const { stage, draws } = stageOf();
  const field = fieldOf((x, y) => (x * x + y * y) / 2 - 700, 64);
  stage.show(frameWith({ step: 1, landscape: { ...field, units: PLAIN_UNITS, lo: 0, hi: 1 } }));
  draws(0);
  const readout = stage.readout(65, 45)!;
  expect(readout.energy).toBeCloseTo(-698, 2);
  expect(readout.above).toBeCloseTo(2, 1);
  expect(stage.readout(45, 45)!.above).toBeGreaterThanOrEqual(0);
});

test("what is read under the pointer is in the units of the data", () => {
  const { stage, draws } = stageOf();
  const units = { center: [388096, 3948996], unit: [0.5, 100] } satisfies Units;
  stage.show(frame(1, 0, units));
  draws(0);
  const readout = stage.readout(65, 25)!;
  expect([readout.x, readout.y, ...readout.unit]).toEqual([388097, 3949196, 0.5, 100]);
  expect(readout.energy).toBeCloseTo(4, 3);
  expect(readout.density).toBeCloseTo(Math.exp(-4) / (2 * Math.PI) / (0.5 * 100), 6);
  expect(readout.score[0]).toBeCloseTo(-2 / 0.5, 2);
  expect(readout.score[1]).toBeCloseTo(-2 / 100, 4);
});

test("a known log Z, in the units of the data, goes before the sum over the map", () => {
  const { stage, draws } = stageOf();
  const units = { center: [388096, 3948996], unit: [0.5, 100] } satisfies Units;
  stage.show(frame(1, 0, units));
  draws(0);
  stage.normalise(3);
  draws(1);
  expect(stage.readout(65, 25)!.density).toBeCloseTo(Math.exp(-4 - 3), 6);
  stage.normalise(null);
  draws(2);
  expect(stage.readout(65, 25)!.density).toBeCloseTo(Math.exp(-4) / (2 * Math.PI) / (0.5 * 100), 6);
});

test("the landscape flows from one arrival to the next", () => {
  const { stage, draws } = stageOf();
  for (let k = 0; k < 20; k++) {
    stage.show(frame(k, 0));
    draws(200 * k);
  }
  stage.show(frame(20, 2));
  draws(4000);
  const at = (now: number) => {
    draws(now);
    return stage.readout(45, 45)?.energy as number;
  };
  expect(at(4001)).toBeLessThan(0.1);
  expect(at(4100)).toBeCloseTo(1, 1);
  expect(at(4200)).toBeCloseTo(2, 1);
});

test("a map that the page has computed takes the place of the landscape", () => {
  const { stage, draws } = stageOf();
  const lifted = fieldOf((x, y) => ((x - 1) ** 2 + y * y) / 2 + 5, 64);
  stage.takeMap(lifted, 0); // before any frame nothing is known of the run
  expect(stage.readout(45, 45)).toBeNull();
  stage.show({ ...frame(1, 0), metrics: { mass_outside: 0.5 } });
  draws(0);
  const before = stage.readout(45, 45)!.density;
  expect(before).toBeCloseTo(0.5 / (2 * Math.PI), 2);
  stage.takeMap(lifted, 100);
  draws(10_000);
  const after = stage.readout(45, 45)!;
  expect(after.density).toBeCloseTo(before * Math.exp(-0.5), 2);
  expect(after.above).toBeCloseTo(0.5, 1);
});

test("a frame without a landscape does not lose one that was not drawn yet", () => {
  const { stage, draws } = stageOf();
  stage.show(frame(1, 1));
  stage.show(frame(2, null));
  draws(0);
  expect(stage.readout(45, 45)?.energy).toBeCloseTo(0.5, 3);
});

test("frames that hand a landscape on do not hurry its flow", () => {
  const energies = [false, true].map((handsOn) => {
    const { stage, draws } = stageOf();
    for (let k = 0; k < 20; k++) {
      stage.show(frame(k, 0));
      draws(200 * k);
    }
    const renewed = frame(20, 2);
    for (let k = 0; k < 5; k++) {
      if (k === 0 || handsOn) stage.show({ ...renewed, step: 20 + k });
      draws(4000 + 20 * k);
    }
    return stage.readout(45, 45)?.energy;
  });
  expect(energies[1]).toBeCloseTo(energies[0] as number, 6);
});

test("a dropped chain is drawn with the next frame and keeps the stage moving until it is cleared", () => {
  const { stage, draws } = stageOf();
  stage.show(frame(1, 0));
  draws(0);
  draws(500);
  expect(draws(510)).toBe(0);
  stage.drop(20, 20, 1);
  expect(draws(520)).toBeGreaterThan(0);
  expect(draws(540)).toBeGreaterThan(0);
  stage.clearDropped();
  draws(560);
  expect(draws(580)).toBe(0);
});

test("modes are available when what they need is there, and a reset forgets the run but not the truth", () => {
  const { stage, draws } = stageOf();
  expect(stage.available("energy")).toBe(false);
  stage.show(frame(1, 0));
  draws(0);
  expect([stage.available("density"), stage.available("difference")]).toEqual([true, false]);
  stage.setTruth(fieldOf((x, y) => Math.exp(-(x * x + y * y) / 2) / (2 * Math.PI)));
  expect([stage.available("truth"), stage.available("difference")]).toEqual([true, true]);
  stage.reset();
  expect([stage.available("energy"), stage.available("truth")]).toEqual([false, true]);
  expect(stage.readout(45, 45)).toBeNull();
});

test("marginals of the learned density stand beside those of the data, also before there is a landscape", () => {
  const { canvas, calls } = fakeCanvas();
  const stage = createStage(canvas, { theme: "dark" });
  const curves = (layers: Layers) => {
    stage.setLayers(layers);
    calls.clear();
    stage.draw(0);
    return calls.get("moveTo") ?? 0;
  };
  const values = Float32Array.of(0, 0, 1, 1);
  const arrays = { data: { shape: [2, 2], values } };
  stage.show(frameWith({ arrays }));
  const bare = curves({});
  expect(curves({ marginals: true }) - bare).toBe(2);
  stage.show({ ...frame(1, 0), arrays });
  expect(curves({ marginals: true }) - bare).toBe(4);
});

test("points that come after those that are there are added to them, others are drawn anew", () => {
  const { canvas, calls } = fakeCanvas();
  const stage = createStage(canvas, { theme: "dark" });
  const stamps = (name: string, ...points: number[]) => {
    const values = Float32Array.from(points);
    stage.show(frameWith({ arrays: { [name]: { shape: [points.length / 2, 2], values } } }));
    calls.clear();
    stage.draw(0);
    return (calls.get("drawImage") ?? 0) - 1; // but for the copy of all
  };
  expect(stamps("data", 0, 0, 1, 1, 2, 2)).toBe(3);
  expect(stamps("data", 0, 0, 1, 1, 2, 2, 3, 3, 4, 4)).toBe(2);
  expect(stamps("data", 0, 0, 2, 2, 3, 3, 4, 4)).toBe(4);
});

/** The paths of the chains that were dropped on a stage. */
const pathsOn = (stage: Stage): number[][] =>
  (Reflect.get(stage, "preview") as Preview).chains.map(({ path }) => path);

/** An energy whose slope is that of (x - 1)^2 / 2 + y^2 / 2. */
const pulling = {
  energies: (at: ArrayLike<number>, out: Float64Array) => out.fill(0, 0, at.length / 2),
  withGradient: (at: ArrayLike<number>, out: Float64Array, slopes: Float64Array) => {
    out.fill(0);
    for (let i = 0; i < at.length; i++) slopes[i] = at[i]! - (i % 2 === 0 ? 1 : 0);
  },
} as unknown as Evaluator;

test("two drops with the same seed on the same moment take the same paths, whenever its energy comes", () => {
  const [early, late] = [stageOf().stage, stageOf().stage];
  for (const stage of [early, late]) {
    stage.show(frame(1, 0));
    stage.draw(0);
    stage.draw(500);
  }
  early.setEvaluator(pulling);
  late.hold(true);
  for (const stage of [early, late]) {
    stage.dropAt(-2, 1, 12);
    stage.dropAt(0, 0, 20, 0.35);
  }
  for (let now = 516; now < 950; now += 16) early.draw(now);
  for (let now = 530; now < 900; now += 30) late.draw(now);
  expect(pathsOn(late).every((path) => path.length === 2)).toBe(true);
  late.setEvaluator(pulling);
  late.hold(false);
  for (let now = 900; now < 1300; now += 30) late.draw(now);
  const [one, other] = [pathsOn(early), pathsOn(late)];
  const shared = Math.min(one[0]!.length, other[0]!.length);
  expect(shared).toBeGreaterThan(100);
  expect(one.map((path) => path.slice(0, shared))).toEqual(other.map((path) => path.slice(0, shared)));
});
