/** What the page says and offers follows from the run and the choice. */
import { beforeEach, describe, expect, it } from "vitest";
import { recipeFor, startOf } from "../src/form/fields";
import { reachedBy } from "../src/form/reached";
import type { Catalogue, MetricRow, Run, RunConfig, RunState, Schema } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import {
  active,
  asking,
  badge,
  catalogue,
  composing,
  draft,
  fields,
  fresh,
  history,
  link,
  metrics,
  moment,
  momentFrame,
  nameOf,
  needRestart,
  primary,
  untrained,
} from "../src/state";
import table from "../src/words/reached.json";
import { empty, length } from "./catalogue.testing";
import { frameWith } from "./frames.testing";

const number = (more: Partial<Schema>): Schema => ({ type: "number", default: 0.1, ...more });
const plugIn = (kind: string, title: string, properties: Record<string, Schema> = {}) => ({
  kind,
  title,
  summary: "",
  schema: { type: "object", properties: { kind: { const: kind }, ...properties } },
});
const known: Catalogue = {
  ...empty,
  datasets: [
    {
      ...plugIn("moons", "Two moons"),
      shape: [2],
      has_density: true,
      table: null,
      columns: null,
      pictures: null,
      class_names: [],
      classes: null,
      thumbnail: [],
    },
    {
      ...plugIn("digits", "Digits"),
      shape: [1, 8, 8],
      has_density: false,
      table: null,
      columns: null,
      pictures: null,
      class_names: [],
      classes: null,
      thumbnail: [],
    },
  ],
  methods: [
    {
      ...plugIn("persistent", "Persistent CD", { rate: number({ live: true }), chains: number({}) }),
      family: "mcmc",
      equation: "",
      source: "2008",
      stage_note: "",
      image_note: "",
      series: {},
    },
    {
      ...plugIn("denoising", "Denoising"),
      family: "score_matching",
      equation: "",
      source: "2011",
      stage_note: "",
      image_note: "",
      series: {},
    },
  ],
  energies: [
    plugIn("mlp", "MLP", { width: number({ default: 64 }) }),
    plugIn("convolutional", "Convolutional", { layers: number({ default: 3 }) }),
  ],
  optimization: { type: "object", properties: { learning_rate: number({ live: true }) } },
  recipes: {
    persistent: {
      plane: {
        method: { kind: "persistent", rate: 1, chains: 8 },
        energy: { kind: "mlp", width: 64 },
        optimization: { learning_rate: 0.1 },
        ...length,
      },
      image: {
        method: { kind: "persistent", rate: 2, chains: 9 },
        energy: { kind: "mlp", width: 256 },
        optimization: { learning_rate: 0.2 },
        ...length,
      },
    },
  },
};
const config = recipeFor(known, { kind: "moons" }, "persistent") as RunConfig;
const run = (state: RunState, more: Partial<Run> = {}): Run =>
  ({
    id: "a",
    name: "",
    state,
    reason: null,
    config,
    created: "",
    step: 5,
    seconds: 1,
    horizon: null,
    metrics: {},
    seq: 0,
    speed: null,
    ...more,
  }) as Run;
const show = (state: RunState, more?: Partial<Run>) => {
  history.value = openHistory(run(state, more), "server");
};

beforeEach(() => {
  catalogue.value = known;
  draft.value = config;
  history.value = null;
  fresh.value = false;
  asking.value = null;
  moment.value = null;
  momentFrame.value = null;
  link.value = { state: "open" };
});

describe("what the network has reached", () => {
  it("is told with the defaults alone", () => {
    expect(reachedBy(known, config)).toEqual(table.moons);
    const other = { ...config, energy: { kind: "mlp", width: 32 } };
    expect(reachedBy(known, other)).toEqual({});
    const data = { ...config, dataset: { kind: "moons", noise: 3 } };
    expect(reachedBy(known, data)).toEqual({});
    expect(reachedBy(known, { ...config, dataset: { kind: "digits" } })).toEqual({});
  });
});

describe("the badge and the big button", () => {
  it.each([
    ["running", "LIVE", "pause"],
    ["paused", "PAUSED", "resume"],
    ["finished", "FINISHED", "start"],
    ["failed", "FAILED", "start"],
    ["stopped", "STOPPED", "resume"],
    ["queued", "QUEUED", "cancel"],
    ["starting", "STARTING", "cancel"],
  ] as const)("of a %s run are %s and %s", (state, label, action) => {
    show(state);
    expect([badge.value, primary.value]).toEqual([label, action]);
  });

  it("of the stored run are REPLAY and start", () => {
    history.value = openHistory(run("finished"), "stored");
    expect([badge.value, primary.value, active.value]).toEqual(["REPLAY", "start", false]);
  });

  it("say so when a moment of the past is shown, or the connection is lost", () => {
    show("running");
    moment.value = 3;
    expect([badge.value, primary.value]).toEqual(["REPLAY", "pause"]);
    moment.value = null;
    link.value = { state: "lost", retryAt: 0 };
    expect(badge.value).toBe("CONNECTING");
    show("finished");
    expect(badge.value).toBe("FINISHED");
  });

  it("offer the start of an untrained choice after a reset", () => {
    show("stopped");
    fresh.value = true;
    expect([badge.value, primary.value, metrics.value]).toEqual(["READY", "start", {}]);
  });
});

describe("a choice beside a run that goes on", () => {
  it("of another method is a new run; its data stay on the stage", () => {
    show("running");
    draft.value = { ...config, method: { kind: "denoising" } };
    expect([composing.value, primary.value, untrained.value]).toEqual([true, "start", false]);
  });

  it("of other data shows those, untrained", () => {
    show("running");
    draft.value = { ...config, dataset: { kind: "digits" } };
    expect([composing.value, untrained.value, badge.value]).toEqual([true, true, "READY"]);
  });

  it("that differs in a live setting needs no restart; in another it does", () => {
    show("running");
    draft.value = { ...config, method: { ...config.method, rate: 9 } };
    expect(needRestart.value).toEqual([]);
    draft.value = { ...config, method: { ...config.method, chains: 9 } };
    expect(needRestart.value).toEqual(["method.chains"]);
    expect(primary.value).toBe("pause");
  });
});

describe("figures", () => {
  const frame = (step: number, kl: number) => frameWith({ step, metrics: { kl } });

  it("come from whichever source is newest", () => {
    const rows: MetricRow[] = [
      { seq: 1, step: 4, seconds: 0, values: { kl: 0.4, loss: 1 } },
      { seq: 2, step: 8, seconds: 0, values: { kl: 0.2 } },
    ];
    history.value = {
      ...openHistory(run("running", { step: 5, metrics: { kl: 0.3, nll: 2 } }), "server"),
      rows,
      frame: frame(6, 0.25),
    };
    expect(metrics.value).toEqual({ kl: 0.2, loss: 1, nll: 2 });
    history.value = { ...history.value!, info: run("finished", { step: 9, metrics: { kl: 0.01 } }) };
    expect(metrics.value.kl).toBe(0.01);
  });

  it("of a replayed moment are those of then", () => {
    const rows = [
      { seq: 1, step: 4, seconds: 0, values: { kl: 0.4 } },
      { seq: 2, step: 8, seconds: 0, values: { kl: 0.2 } },
    ];
    history.value = { ...openHistory(run("finished", { metrics: { kl: 0.01 } }), "server"), rows };
    moment.value = 5;
    momentFrame.value = frame(5, 0.35);
    expect(metrics.value.kl).toBe(0.35);
  });
});

describe("the form", () => {
  it("holds the fields of method, optimization, energy and length", () => {
    expect(fields.value.map(({ path }) => path)).toEqual([
      "method.rate",
      "method.chains",
      "optimization.learning_rate",
      "energy",
      "energy.width",
      "seconds",
      "updates",
      "seed",
      "device",
    ]);
  });

  it("starts from the recipe for the shape of the data", () => {
    expect(recipeFor(known, { kind: "digits" }, "persistent")).toMatchObject({
      dataset: { kind: "digits" },
      energy: { width: 256 },
      seconds: 30,
    });
    expect(recipeFor(known, { kind: "moons" }, "denoising")).toBeNull();
  });

  it("fills in the defaults of another energy", () => {
    expect(startOf(known, config, "energy", "convolutional")).toEqual({ kind: "convolutional", layers: 3 });
  });

  it("names things by their titles", () => {
    expect(nameOf(config)).toBe("Two moons · Persistent CD");
  });
});
