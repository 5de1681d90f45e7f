// @vitest-environment happy-dom
/** A recording stands in for what has nothing of its own to show, and for nothing else. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { evidence } from "../src/charts/readings";
import { type DecodedFrame, decodeArray } from "../src/protocol/frame";
import { PLAIN_UNITS } from "../src/protocol/units";
import type { MethodInfo, Run, RunConfig, Schema, StoredRun } from "../src/protocol/wire";
import { openHistory, withFrame } from "../src/run/history";
import { frameAt, framesOf, ofPackage, pairsBeside } from "../src/run/recordings";
import {
  asking,
  awaited,
  badge,
  catalogue,
  draft,
  fresh,
  history,
  metrics,
  moment,
  recordedFrame,
  recordings,
  rolling,
  untrained,
} from "../src/state";
import { shownFrame } from "../src/views/unlearned";
import { empty, length } from "./catalogue.testing";
import { frameWith } from "./frames.testing";

const config = (method: string, dataset = "moons") =>
  ({
    dataset: { kind: dataset },
    method: { kind: method },
    energy: {},
    optimization: {},
    ...length,
  }) as RunConfig;
const run = (state: Run["state"], method = "persistent") =>
  ({ id: "a", state, config: config(method), step: 5, metrics: { kl: 0.5 } }) as unknown as Run;
const recorded = {
  run: { dataset: "moons", method: "denoising" },
  frames: [],
  metrics: [],
} as unknown as StoredRun;
const MAP = { values: new Float32Array(4), size: 2, extent: 4.5, units: PLAIN_UNITS, lo: 0, hi: 0 };
const frame = frameWith({ run: "recording moons/denoising" });
const dataset = (kind: string, table: string | null = null, properties: Record<string, Schema> = {}) =>
  ({
    kind,
    table,
    title: kind,
    thumbnail: [],
    schema: { properties },
  }) as unknown as (typeof empty)["datasets"][number];
const FILES = dataset("files", null, { data: { local: true } });

beforeEach(() => {
  catalogue.value = {
    ...empty,
    datasets: [dataset("moons"), dataset("points", "values"), dataset("mine"), FILES],
    methods: ["persistent", "denoising", "noise"].map((kind) => ({ kind }) as MethodInfo),
    plugins: [
      { contract: "dataset", kind: "mine", path: "mine.py", digest: "" },
      { contract: "method", kind: "noise", path: "noise.py", digest: "" },
    ],
  };
  history.value = openHistory(run("finished"), "server");
  draft.value = config("persistent");
});
afterEach(() => {
  history.value = draft.value = catalogue.value = asking.value = recordedFrame.value = null;
  recordings.value = {};
  moment.value = null;
  fresh.value = rolling.value = false;
});

it("another method is shown by its recording, with no figure of the run before", () => {
  expect([awaited.value, metrics.value.kl]).toEqual([null, 0.5]);
  draft.value = config("denoising");
  expect([awaited.value, untrained.value]).toEqual(["moons/denoising", false]);
  recordings.value = { "moons/denoising": recorded };
  recordedFrame.value = frame;
  expect(shownFrame.value).toBe(frame);
  expect([untrained.value, badge.value]).toEqual([true, "READY"]);
  expect(metrics.value).toEqual({});
  expect(evidence.value.rows).toEqual([]);
});

it("without a recording the run stays on the stage until another is started", () => {
  draft.value = config("denoising");
  recordings.value = { "moons/denoising": null };
  expect([untrained.value, metrics.value.kl]).toEqual([false, 0.5]);
});

it("from the press of the button until the first map comes, the recording of that very pair plays", () => {
  asking.value = "start";
  expect(awaited.value).toBe("moons/persistent");
  asking.value = null;
  history.value = openHistory(run("queued"), "server");
  expect(awaited.value).toBe("moons/persistent");
  history.value = withFrame(openHistory(run("running"), "server"), frameWith({ landscape: null }));
  expect(awaited.value).toBe("moons/persistent");
  history.value = withFrame(history.value, frameWith({ landscape: MAP }));
  expect(awaited.value).toBeNull();
});

it.each(["paused", "finished", "failed", "stopped"] as const)(
  "a run that is %s waits for nothing",
  (state) => {
    history.value = openHistory(run(state), "server");
    expect(awaited.value).toBeNull();
  },
);

it("a reset stage is empty until another pair is chosen", () => {
  fresh.value = true;
  expect(awaited.value).toBeNull();
  draft.value = config("denoising");
  expect(awaited.value).toBe("moons/denoising");
});

it("one's own points, data of files and plug-ins from outside have no recordings", () => {
  const known = catalogue.value!;
  expect(ofPackage(known, "moons/persistent")).toBe(true);
  for (const pair of [
    "moons/noise",
    "mine/persistent",
    "points/persistent",
    "other/persistent",
    "files/persistent",
  ])
    expect(ofPackage(known, pair)).toBe(false);
  expect(pairsBeside(known, config("persistent"))).toEqual(["moons/persistent", "moons/denoising"]);
});

it("a recording goes on and begins again, and every frame has the data of the first", () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  const quantised = { dtype: "u1" as const, lo: -1, hi: 1 };
  const arrays = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, { ...quantised, shape: [1, 2], data: bytes(0, 255) }]));
  const frames: DecodedFrame[] = framesOf({
    ...recorded,
    frames: [
      { step: 0, seconds: 0, arrays: arrays("data", "chains") },
      { step: 9, seconds: 1, arrays: arrays("chains") },
    ],
  });
  expect(frames.map(({ arrays }) => Object.keys(arrays))).toEqual([
    ["data", "chains"],
    ["data", "chains"],
  ]);
  expect([...frames[1]!.arrays.data!.values]).toEqual([-1, 1]);
  expect([0, 299, 301, 601].map((at) => frameAt(frames, at)?.step)).toEqual([0, 0, 9, 0]);
  expect(frameAt([], 0)).toBeNull();
});

it("quantised arrays are read to half a quantum, and plain ones as they are", () => {
  const data = Uint8Array.from([0, 51, 255]);
  const packed = { dtype: "u1" as const, shape: [3], data };
  expect([...decodeArray({ ...packed, lo: -10, hi: 0 }).values]).toEqual([-10, -8, 0]);
  expect([...decodeArray(packed).values]).toEqual([0, 51, 255]);
});
