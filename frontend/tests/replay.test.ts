/** A replay shows the keyframe at or before a moment, and runs on by itself. */
import { beforeEach, describe, expect, it } from "vitest";
import type { DecodedFrame } from "../src/protocol/frame";
import type { Run } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { advance, backToLive, type Film, keyframeAt, load, nudge, roll, seek } from "../src/run/replay";
import { history, moment, momentFrame, notice, rolling, step } from "../src/state";
import { frameWith } from "./frames.testing";

const frame = (at: number) => frameWith({ step: at });
const keyframes = [0, 10, 40, 90].map((at) => ({ step: at, seconds: at }));
const ready: Film = { keyframes, ready: frame, frame: async (at) => frame(at) };

beforeEach(() => {
  history.value = openHistory({ id: "a", state: "finished" } as Run, "server");
  load(ready);
});

it("finds the keyframe at or before a step", () => {
  expect([-5, 0, 39, 40, 1000].map((at) => keyframeAt(keyframes, at))).toEqual([0, 0, 1, 2, 3]);
});

describe("seeking", () => {
  it("snaps to a keyframe and tells its step", async () => {
    await seek(55);
    expect([moment.value, momentFrame.value?.step, step.value]).toEqual([40, 40, 40]);
  });

  it("shows only the last of several requests, however they return", async () => {
    const answers = new Map<number, (frame: DecodedFrame) => void>();
    load({ keyframes, ready: () => null, frame: (at) => new Promise((resolve) => answers.set(at, resolve)) });
    const requests = [seek(10), seek(90)];
    answers.get(90)!(frame(90));
    answers.get(10)!(frame(10));
    await Promise.all(requests);
    expect(momentFrame.value?.step).toBe(90);
  });

  it("says so when a keyframe cannot be fetched", async () => {
    load({ keyframes, ready: () => null, frame: () => Promise.reject(new Error("gone.")) });
    await seek(10);
    expect(notice.value?.text).toMatch("gone.");
    expect(momentFrame.value).toBeNull();
  });

  it("goes from keyframe to keyframe, and stops at both ends", async () => {
    nudge(-1);
    expect(moment.value).toBe(90);
    for (let i = 0; i < 9; i++) nudge(-1);
    expect(moment.value).toBe(0);
    nudge(1);
    expect(moment.value).toBe(10);
  });

  it("back to live forgets the moment, and a request under way", async () => {
    let answer: (frame: DecodedFrame) => void = () => {};
    load({ keyframes, ready: () => null, frame: () => new Promise((resolve) => (answer = resolve)) });
    const request = seek(10);
    backToLive();
    answer(frame(10));
    await request;
    expect([moment.value, momentFrame.value]).toEqual([null, null]);
  });
});

describe("rolling", () => {
  const run = (seconds: number) => {
    for (let now = 1; now <= seconds * 1000; now += 100) advance(now);
  };

  it("runs through the keyframes to the last one and stops there", () => {
    roll();
    run(60);
    expect([moment.value, rolling.value]).toEqual([90, false]);
  });

  it("begins again and again with the stored run", () => {
    history.value = { ...history.value!, source: "stored" };
    roll();
    run(60);
    expect(rolling.value).toBe(true);
  });

  it("counts between keyframes", () => {
    roll();
    advance(1);
    for (let now = 101; now <= 1501; now += 100) advance(now);
    expect(step.value).toBeGreaterThan(10);
    expect(step.value).toBeLessThan(40);
  });
});
