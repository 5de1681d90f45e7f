/** The big button tells what it will do before it is pressed, over whatever is on the stage. */
import { beforeEach, expect, it } from "vitest";
import type { Run, RunConfig, RunState } from "../src/protocol/wire";
import { openHistory, type RunHistory } from "../src/run/history";
import { asking, catalogue, draft, drawing, fresh, history, moment } from "../src/state";
import { pressing, sayPressing } from "../src/views/pressing";
import { empty, length } from "./catalogue.testing";

const config = {
  dataset: { kind: "moons" },
  method: { kind: "exact", chains: 8 },
  energy: { kind: "mlp" },
  optimization: {},
  ...length,
} as RunConfig;
const other = { ...config, method: { kind: "sliced" } } as RunConfig;
const show = (state: RunState, source: RunHistory["source"] = "server") => {
  history.value = openHistory({ id: "a", state, config, step: 1200, metrics: {} } as unknown as Run, source);
};
const said = () => sayPressing(pressing.value);

beforeEach(() => {
  catalogue.value = empty;
  draft.value = config;
  history.value = asking.value = moment.value = null;
  fresh.value = drawing.value = false;
});

it("without a choice", () => {
  draft.value = null;
  expect(said()).toBe("Nothing to train yet: waiting for the server");
});

it("untrained, after a reset, and while it is being asked", () => {
  expect(said()).toBe("Train: Moons · Exact");
  show("running");
  fresh.value = true;
  expect(said()).toBe("Train: Moons · Exact");
  asking.value = "start";
  expect(said()).toBe("Starting: Moons · Exact");
});

it("over a stored run that replays", () => {
  show("finished", "stored");
  expect(said()).toBe("Train it yourself: Moons · Exact");
  draft.value = other;
  expect(said()).toBe("Train it yourself: Moons · Sliced");
});

it.each([
  ["queued", "Cancel: it has not started yet"],
  ["starting", "Cancel: it has not started yet"],
  ["running", "Pause"],
  ["paused", "Go on"],
  ["stopped", "Go on: from the last checkpoint"],
  ["finished", "Train again: a new run; the finished one is kept"],
  ["failed", "Train again: a new run; the failed one is kept"],
] as const)("over a %s run", (state, words) => {
  show(state);
  expect(said()).toBe(words);
});

it.each([
  ["running", "Pause: the run itself, not the moment shown"],
  ["paused", "Go on: from update 1,200, not from the moment shown"],
] as const)("over a moment of the past of a %s run", (state, words) => {
  show(state);
  moment.value = 300;
  expect(said()).toBe(words);
});

it("over a run that goes on, when another method or other data are chosen", () => {
  show("running");
  draft.value = other;
  expect(said()).toBe("Train this instead: Sliced; the other is kept");
  draft.value = { ...config, dataset: { kind: "rings" } };
  expect(said()).toBe("Train this instead: Rings · Exact; the other is kept");
});

it("over an ended run, with another choice and with other settings", () => {
  show("finished");
  draft.value = other;
  expect(said()).toBe("Train: Moons · Sliced");
  draft.value = { ...config, method: { ...config.method, chains: 9 } };
  expect(said()).toBe("Train again: a new run, with 1 other setting; the finished one is kept");
});

it("while one draws", () => {
  drawing.value = true;
  expect(said()).toBe("Train on the drawing: drawing, 0 points · Exact");
});
