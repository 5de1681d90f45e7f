/** The one clock of a comparison, and which frame stands at each of its times. */
import { expect, it } from "vitest";
import { CLOCKS, lastTime, liveTime, stepAt, tells, timeAt } from "../../src/compare/clock";
import { keyframeFor, Reel } from "../../src/compare/frames";
import { frameWith } from "../frames.testing";
import { raced } from "./raced.testing";

it("tells the time of an update, and the update of a time", () => {
  const run = raced({ seconds: 0.02, evaluations: 512 }, [1, 0.5, 0.2]);
  expect(timeAt("updates", run, 150)).toBe(150);
  expect(timeAt("seconds", run, 150)).toBeCloseTo(3);
  expect(timeAt("evaluations", run, 150)).toBe(512 * 150);
  for (const clock of CLOCKS)
    for (const step of [0, 1, 99, 100, 250, 300])
      expect(stepAt(clock, run, timeAt(clock, run, step))).toBe(step);
});

it("never gives an update that is later than the clock", () => {
  const run = raced({ seconds: 0.013, evaluations: 77 }, [1, 0.5, 0.2, 0.1]);
  for (const clock of CLOCKS)
    for (let time = 0; time < timeAt(clock, run, 400); time += timeAt(clock, run, 400) / 97)
      expect(timeAt(clock, run, stepAt(clock, run, time))).toBeLessThanOrEqual(time * (1 + 1e-9) + 1e-9);
});

it("follows the slowest of those that go on, and then the last of all", () => {
  const [quick, slow] = [raced({ seconds: 0.01 }, [1, 1, 1]), raced({ seconds: 0.03 }, [1, 1])];
  const ended = raced({ state: "failed", seconds: 0.01 }, [1]);
  expect(liveTime("seconds", [quick, slow, ended])).toBeCloseTo(3);
  expect(liveTime("updates", [quick, slow, ended])).toBe(200);
  const over = [quick, slow].map((run) => ({ ...run, info: { ...run.info, state: "finished" as const } }));
  expect(liveTime("seconds", over)).toBeCloseTo(6);
  expect(lastTime("updates", [quick, slow])).toBe(1000);
});

it("stands at the start while a run starts, and does not wait for one that has no room", () => {
  expect(liveTime("seconds", [raced({ state: "starting" }, []), raced({}, [1, 1])])).toBe(0);
  expect(liveTime("seconds", [raced({ state: "queued" }, []), raced({}, [1, 1])])).toBeCloseTo(2);
  expect(liveTime("seconds", [raced({ state: "queued" }, []), raced({ state: "finished" }, [1])])).toBe(0);
});

it("knows runs whose evaluations were not counted", () => {
  const run = raced({}, [1]);
  const rows = run.rows.map((row) => ({ ...row, values: { kl: 1 } }));
  expect(tells("evaluations", run)).toBe(true);
  expect(tells("evaluations", { ...run, rows, info: { ...run.info, metrics: {} } })).toBe(false);
});

it("shows the newest frame that is not later: one that came, or a keyframe", () => {
  const reel = new Reel();
  for (const step of [10, 20, 30]) reel.add(frameWith({ step }));
  expect(reel.at(25)?.step).toBe(20);
  expect(reel.at(9)).toBe(null);
  const keyframes = [{ step: 0 }, { step: 8 }, { step: 22 }];
  expect(keyframeFor(keyframes, 20, 25)).toBe(22);
  expect(keyframeFor(keyframes, 20, 21)).toBe(null);
  expect(keyframeFor(keyframes, null, 9)).toBe(8);
});

it("keeps frames over all of a run however many come", () => {
  const reel = new Reel();
  for (let step = 1; step <= 1000; step++) reel.add(frameWith({ step }));
  expect(reel.at(1000)?.step).toBe(1000);
  for (const step of [50, 200, 500, 900]) {
    const found = reel.at(step)!.step;
    expect(found).toBeLessThanOrEqual(step);
    expect(found).toBeGreaterThan(0.7 * step);
  }
});

it("forgets the frames after an update that a run has gone back to", () => {
  const reel = new Reel();
  for (const step of [10, 20, 30, 15]) reel.add(frameWith({ step }));
  expect(reel.at(30)?.step).toBe(15);
});
