/** A scrub of a run that goes on finds the moments that there are now. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Run } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { load, nudge } from "../src/run/replay";
import { scrub } from "../src/run/scrub";
import { history, moment } from "../src/state";
import { frameWith } from "./frames.testing";

const at = (...steps: number[]) => steps.map((step) => ({ step, seconds: step }));
const run = (id: string, state: string) => ({ id, state, step: 219, metrics: {} }) as unknown as Run;
const show = (id: string, state: string) => {
  history.value = { ...openHistory(run(id, state), "server"), keyframes: at(0, 20, 41) };
  const frame = (step: number) => frameWith({ step });
  load({ keyframes: at(0, 20, 41), ready: frame, frame: async (step) => frame(step) });
};
const fetched = vi.fn(async () => Response.json(at(0, 20, 41, 120, 205, 219)));
const settled = () => vi.waitFor(() => expect(fetched).toHaveBeenCalled());

beforeEach(() => {
  fetched.mockClear();
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => {
  vi.unstubAllGlobals();
  history.value = null;
});

it("the first one too", async () => {
  show("a", "running");
  scrub(208);
  expect(moment.value).toBe(41);
  await vi.waitFor(() => expect(moment.value).toBe(205));
});

it("of one that has ended asks once, and leaves a moment that was chosen meanwhile", async () => {
  show("b", "finished");
  scrub(208);
  nudge(-1);
  await settled();
  await new Promise((done) => setTimeout(done));
  expect(moment.value).toBe(20);
  scrub(208);
  await vi.waitFor(() => expect(moment.value).toBe(205));
  expect(fetched).toHaveBeenCalledTimes(1);
});
