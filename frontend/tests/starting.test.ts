// @vitest-environment happy-dom
/** What is done while a run starts or a file is read is not undone by the answer. */
import { beforeEach, expect, it, vi } from "vitest";
import { change } from "../src/actions/change";
import { chooseMethod, takeFiles } from "../src/actions/choice";
import { open, press, reset, start } from "../src/actions/runs";
import { recipeFor } from "../src/form/fields";
import * as api from "../src/protocol/api";
import type { Catalogue, OwnPoints, Run, RunConfig, Schema } from "../src/protocol/wire";
import {
  asking,
  catalogue,
  composing,
  draft,
  drawing,
  fresh,
  history,
  info,
  notice,
  reading,
  tab,
} from "../src/state";
import { pressing } from "../src/views/pressing";
import { empty, length } from "./catalogue.testing";

vi.mock("../src/protocol/api", async (original) => ({
  ...(await original<typeof api>()),
  createRun: vi.fn(),
  stopRun: vi.fn(async () => run("stopped")),
  changeRun: vi.fn(async () => run("running")),
  getRun: vi.fn(),
  keyframes: async () => [],
  sendPoints: vi.fn(),
}));

const number: Schema = { type: "number", default: 1 };
const plugIn = (kind: string, properties: Record<string, Schema> = {}) => ({
  ...{
    kind,
    title: kind,
    summary: "",
    family: "mcmc",
    equation: "",
    source: "",
    stage_note: "",
    image_note: "",
    series: {},
  },
  schema: { type: "object", properties: { kind: { const: kind }, ...properties } },
});
const dataset = (kind: string, table: string | null) => ({
  ...{
    ...plugIn(kind),
    shape: [2],
    has_density: false,
    table,
    pictures: null,
    class_names: [],
    classes: null,
    thumbnail: [],
  },
});
const recipe = (method: object) => ({
  plane: { method, energy: { kind: "mlp" }, optimization: {}, ...length },
});
const known = {
  ...empty,
  datasets: [dataset("moons", null), dataset("points", "values")],
  methods: [plugIn("cd", { rate: { ...number, live: true } }), plugIn("dsm")],
  energies: [plugIn("mlp")],
  recipes: { cd: recipe({ kind: "cd", rate: 1 }), dsm: recipe({ kind: "dsm" }) },
} as unknown as Catalogue;
const choice = recipeFor(known, { kind: "moons" }, "cd") as RunConfig;

function run(state: Run["state"], id = "a", config = choice): Run {
  return { id, state, config, step: 0, metrics: {}, seq: 0, horizon: null } as unknown as Run;
}

/** An answer that comes when the test says so. */
function later<T>(asked: (...given: never[]) => Promise<T>): (answer: T | Error) => Promise<void> {
  let settle: (answer: T | Error) => void = () => undefined;
  vi.mocked(asked).mockImplementationOnce(
    () =>
      new Promise((done, fail) => {
        settle = (answer) => (answer instanceof Error ? fail(answer) : done(answer));
      }),
  );
  return async (answer) => {
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    settle(answer);
  };
}

beforeEach(() => {
  vi.clearAllMocks();
  catalogue.value = known;
  draft.value = choice;
  history.value = asking.value = reading.value = notice.value = null;
  fresh.value = drawing.value = false;
  tab.value = "lab";
});

it("a run that starts brings its choice, where nothing else was chosen", async () => {
  const answer = later(api.createRun);
  const started = start();
  await answer(run("running"));
  await started;
  expect([info.value?.id, composing.value, tab.value]).toEqual(["a", false, "lab"]);
});

it("another method, tab or drawing that were chosen meanwhile stay", async () => {
  const answer = later(api.createRun);
  const started = start();
  await vi.waitFor(() => expect(api.createRun).toHaveBeenCalled());
  chooseMethod("dsm");
  tab.value = "samplers";
  drawing.value = true;
  await answer(run("running"));
  await started;
  expect(info.value?.id).toBe("a");
  expect([draft.value?.method.kind, tab.value, drawing.value]).toEqual(["dsm", "samplers", true]);
});

it("a live setting that was changed meanwhile reaches the run", async () => {
  const answer = later(api.createRun);
  const started = start();
  await vi.waitFor(() => expect(api.createRun).toHaveBeenCalled());
  change("method.rate", 7);
  await answer(run("running"));
  await started;
  expect(draft.value?.method.rate).toBe(7);
  await vi.waitFor(() => expect(api.changeRun).toHaveBeenCalledWith("a", { "method.rate": 7 }));
});

it("a reset meanwhile stops the run when it is there", async () => {
  const answer = later(api.createRun);
  const started = start();
  await vi.waitFor(() => expect(api.createRun).toHaveBeenCalled());
  reset();
  await answer(run("running"));
  await started;
  expect(api.stopRun).toHaveBeenCalledWith("a");
  expect([info.value?.id, fresh.value]).toEqual([undefined, true]);
});

it("a run that was opened meanwhile stays on the stage", async () => {
  const answer = later(api.createRun);
  const started = start();
  await vi.waitFor(() => expect(api.createRun).toHaveBeenCalled());
  vi.mocked(api.getRun).mockResolvedValueOnce(run("finished", "b"));
  await open("b");
  await answer(run("running"));
  await started;
  expect(info.value?.id).toBe("b");
  expect(notice.value?.text).toContain("under Runs");
});

const read = { digest: "d1", rows: 9, window: [], preview: [], messages: [] } as unknown as OwnPoints;

it("play waits for a file that is read, and trains on it", async () => {
  const answer = later(api.sendPoints);
  const taken = takeFiles([new File(["x"], "birds.csv")]);
  expect(pressing.value.detail).toBe("on birds.csv, once it is read");
  vi.mocked(api.createRun).mockImplementationOnce(async (config) => run("running", "a", config as RunConfig));
  press();
  press();
  expect(asking.value).toBe("start");
  expect(pressing.value.detail).toBe("once birds.csv is read");
  await answer(read);
  await taken;
  await vi.waitFor(() => expect(api.createRun).toHaveBeenCalledTimes(1));
  expect(vi.mocked(api.createRun).mock.calls[0]![0].dataset).toEqual({
    kind: "points",
    values: { digest: "d1", rows: 9 },
  });
});

it("a file that is refused is not replaced by what was chosen before it", async () => {
  const answer = later(api.sendPoints);
  const taken = takeFiles([new File(["x"], "birds.csv")]);
  const started = start();
  await answer(new api.Refusal(422, "Row 3 has a word."));
  await expect(taken).rejects.toThrow("Row 3");
  await started;
  expect(api.createRun).not.toHaveBeenCalled();
  expect([asking.value, reading.value]).toEqual([null, null]);
});

it("other data that are chosen while a file is read stay chosen", async () => {
  const answer = later(api.sendPoints);
  const taken = takeFiles([new File(["x"], "birds.csv")]);
  draft.value = { ...choice, dataset: { kind: "moons", noise: 2 } };
  await answer(read);
  await taken;
  expect(draft.value.dataset.kind).toBe("moons");
});
