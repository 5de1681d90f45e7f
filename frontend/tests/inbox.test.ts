/** Between two looks the inbox keeps every ordered message and the newest frame. */
import { expect, it } from "vitest";
import { Inbox } from "../src/protocol/inbox";
import type { FrameMessage, PackedLandscape } from "../src/protocol/wire";

const landscape: PackedLandscape = {
  dtype: "u1",
  shape: [1, 1],
  data: new Uint8Array(1),
  lo: 0,
  hi: 1,
  window: [
    [-1, 1],
    [-1, 1],
  ],
};
const frame = (step: number, more: Partial<FrameMessage> = {}): FrameMessage => ({
  type: "frame",
  run: "a",
  step,
  seconds: 0,
  metrics: {},
  window: landscape.window,
  places: ["chains", "data"],
  arrays: {},
  ...more,
});

it("keeps all ordered messages in order and only the newest frame", () => {
  const inbox = new Inbox();
  inbox.store(frame(1), 10);
  inbox.store({ type: "runs" }, 11);
  inbox.store(frame(2), 12);
  inbox.store({ type: "welcome", version: "1", cores: 2, waits: "" }, 13);
  const { ordered, frames } = inbox.take();
  expect(ordered.map(({ type }) => type)).toEqual(["runs", "welcome"]);
  expect(frames.map((one) => [one.frame.step, one.at])).toEqual([[2, 12]]);
  expect(inbox.empty).toBe(true);
});

it("does not lose a landscape to a newer frame that has none", () => {
  const inbox = new Inbox();
  inbox.store(frame(1, { landscape }), 0);
  inbox.store(frame(2), 1);
  const kept = inbox.take().frames[0]!.frame;
  expect(kept.step).toBe(2);
  expect(kept.landscape).toBe(landscape);
});

it("does not lose an array to a newer frame that does not renew it", () => {
  const array = { dtype: "u1" as const, shape: [1], data: new Uint8Array(1) };
  const inbox = new Inbox();
  inbox.store(frame(1, { arrays: { data: array, chains: array } }), 0);
  const chains = { ...array, data: Uint8Array.of(2) };
  inbox.store(frame(2, { arrays: { chains } }), 1);
  expect(inbox.take().frames[0]!.frame.arrays).toEqual({ data: array, chains });
});

it("keeps the newest frame of each run", () => {
  const inbox = new Inbox();
  inbox.store(frame(1), 0);
  inbox.store({ ...frame(5), run: "b" }, 0);
  expect(inbox.take().frames).toHaveLength(2);
});
