/** Beside a run that goes on, equation and badge say whether they are about it or about another choice. */
import { beforeEach, expect, it } from "vitest";
import type { Catalogue, Run, RunConfig, Schema } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { catalogue, draft, fresh, history, moment, recordings } from "../src/state";
import { update } from "../src/views/ThisUpdate";
import { stateTold } from "../src/views/Transport";
import { empty, length } from "./catalogue.testing";

const setting = (symbol: string): Schema => ({ type: "number", default: 1, symbol }) as Schema;
const method = (kind: string, equation: string, properties: Record<string, Schema>) => ({
  ...{
    kind,
    title: kind.toUpperCase(),
    summary: "",
    family: "mcmc",
    equation,
    source: "",
    stage_note: "",
    image_note: "",
  },
  ...{ series: {}, schema: { type: "object", properties: { kind: { const: kind }, ...properties } } },
});
const known = {
  ...empty,
  methods: [
    method("cd", "E - k", { steps: setting("k") }),
    method("dsm", "\\sigma", { noise: setting("σ"), other: setting("k") }),
  ],
} as unknown as Catalogue;
const config = {
  ...{ dataset: { kind: "moons" }, method: { kind: "cd", steps: 8 }, energy: { kind: "mlp" } },
  ...{ optimization: {}, ...length },
} as RunConfig;
const other = { ...config, method: { kind: "dsm", noise: 0.5, other: 3 } } as RunConfig;

beforeEach(() => {
  catalogue.value = known;
  recordings.value = {};
  moment.value = null;
  fresh.value = false;
  draft.value = config;
  history.value = openHistory(
    { id: "a", state: "running", config, step: 9, metrics: {} } as unknown as Run,
    "server",
  );
});

it("says nothing of which where there is but one", () => {
  expect(update.value?.of).toBe("CD");
  expect(stateTold.value.name).toBe("Live: Moons · CD");
});

it("keeps the run's formula, letters and numbers while another method is chosen", () => {
  draft.value = other;
  expect(update.value?.of).toBe("CD, the run on the stage");
  expect(update.value?.equation).toContain("8");
  expect(update.value?.rest).toEqual([]);
  expect(stateTold.value.text).toContain("Your choice, Moons · DSM, is not trained yet.");
});

it("has the choice's where that is on the stage, and says that the run goes on", () => {
  draft.value = { ...other, dataset: { kind: "rings" } };
  expect(update.value?.of).toBe("DSM, your choice");
  expect(update.value?.equation).toContain("0.5");
  expect(stateTold.value.name).toBe("Ready: Rings · DSM");
  expect(stateTold.value.text).toContain("Moons · CD goes on meanwhile");
});
