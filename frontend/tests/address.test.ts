// @vitest-environment happy-dom
/** An address says where one is on the page, and the page goes there. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { chooseMethod } from "../src/actions/choice";
import { arriveAtRest, arriveAtRun } from "../src/address/arrive";
import { here, keepers } from "../src/address/here";
import { placeIn, stepTo, written } from "../src/address/place";
import { layersIn, layersWritten, surfaceOf, viewOf } from "../src/address/view";
import { recipeFor } from "../src/form/fields";
import { set } from "../src/form/schema";
import type { Catalogue, Run, RunConfig, Schema } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { load } from "../src/run/replay";
import { firstChoice } from "../src/samplers/choice";
import { change, chooseLandscape, chooseSampler, choice as sampling, startAt } from "../src/samplers/state";
import { HOME, LAYERS } from "../src/stage";
import {
  camera,
  catalogue,
  draft,
  fresh,
  history,
  layers,
  mode,
  moment,
  notice,
  orbit,
  rolling,
  tab,
} from "../src/state";
import { empty, length } from "./catalogue.testing";
import { frameWith } from "./frames.testing";

vi.mock("../src/address/stored", () => ({
  playStored: async () => undefined,
  choiceOfStored: (one: object) => one,
}));

const number = (more: Partial<Schema> = {}): Schema => ({ type: "number", default: 1, minimum: 0, ...more });
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
const dataset = (kind: string, has_density: boolean, properties: Record<string, Schema> = {}) => ({
  ...{
    ...plugIn(kind, properties),
    shape: [2],
    has_density,
    table: null,
    pictures: null,
    class_names: [],
    classes: null,
    thumbnail: [],
  },
});
const recipe = (method: object) => ({
  plane: { method, energy: { kind: "mlp", hidden: [64, 64] }, optimization: { rate: 1 }, ...length },
});
const sizes: Schema = { type: "array", items: { type: "integer" }, default: [64, 64] };
const known = {
  ...empty,
  datasets: [dataset("moons", true), dataset("spots", false, { count: number({ default: 5 }) })],
  methods: [
    plugIn("cd", { steps: number(), live: number({ live: true }) }),
    plugIn("dsm", { noise: number() }),
  ],
  energies: [plugIn("mlp", { hidden: sizes }), plugIn("icnn", { depth: number({ default: 3 }) })],
  optimization: { type: "object", properties: { rate: number() } },
  formulas: [plugIn("ring"), plugIn("well")],
  samplers: [plugIn("mala"), plugIn("walk")],
  recipes: { cd: recipe({ kind: "cd", steps: 1, live: 1 }), dsm: recipe({ kind: "dsm", noise: 1 }) },
} as unknown as Catalogue;
const config = recipeFor(known, { kind: "moons" }, "cd") as RunConfig;
const keyframes = [0, 100, 400].map((step) => ({ step, seconds: step }));
const run = { id: "a1", state: "finished", step: 450, horizon: 500, metrics: {}, config } as unknown as Run;

function show(more: Partial<Run> = {}): void {
  history.value = { ...openHistory({ ...run, ...more }, "server"), keyframes };
  const frame = (step: number) => frameWith({ step });
  load({ keyframes, ready: frame, frame: async (step) => frame(step) });
  draft.value = config;
}
async function arrive(hash: string): Promise<string | null> {
  const faults: string[] = [];
  await arriveAtRun(placeIn(hash), faults);
  await arriveAtRest(placeIn(hash), faults);
  return notice.value?.text ?? null;
}

beforeEach(() => {
  catalogue.value = known;
  [tab.value, mode.value, layers.value, notice.value] = ["lab", "energy", LAYERS, null];
  [fresh.value, rolling.value] = [false, false];
  keepers.clear();
  vi.stubGlobal("fetch", async (url: string) => {
    if (url.endsWith("/keyframes")) return Response.json(keyframes);
    if (url.endsWith("/runs/a1")) return Response.json(run);
    return Response.json({ detail: "there is none" }, { status: 404 });
  });
  show();
});

describe("the text of an address", () => {
  it("is empty for the first look, and short and readable else", () => {
    expect(written({ known: {}, settings: [] })).toBe("");
    const place = { known: { run: "a1", tab: "runs", layers: "energy,data" }, settings: [["seconds", "60"]] };
    expect(written(place as never)).toBe("#tab=runs&run=a1&layers=energy,data&seconds=60");
  });

  it("comes back as it was, whatever stands in it", () => {
    const place = { known: { run: "ä&=#%" }, settings: [["method.a", "1 + 2"]] as [string, string][] };
    expect(placeIn(written(place))).toEqual(place);
    expect(placeIn("#nonsense&&=&%")).toBeTruthy();
  });

  it("makes steps of tab, run and choice, and of nothing else", () => {
    const from = placeIn("#run=a1");
    expect(
      ["#run=a2", "#run=a1&tab=runs", "#run=a1&data=moons&method=cd"].map((to) => stepTo(from, placeIn(to))),
    ).toEqual(["run", "tab", "data method"]);
    expect(["#run=a1&at=4", "#run=a1&mode=truth&view=1"].map((to) => stepTo(from, placeIn(to)))).toEqual([
      "",
      "",
    ]);
  });
});

describe("a page that opens", () => {
  it("stays on the tab that is chosen while its run comes", async () => {
    history.value = null;
    const way = arrive("#run=a1");
    tab.value = "samplers";
    await way;
    expect(tab.value).toBe("samplers");
  });
});

describe("a place", () => {
  const goneThroughReload = async (address: string) => {
    [tab.value, mode.value, layers.value] = ["lab", "energy", LAYERS];
    show();
    return arrive(address);
  };

  it("keeps tab, mode, layers and moment over a reload", async () => {
    keepers.set("view", viewOf(camera));
    keepers.set("surface", surfaceOf(orbit));
    [tab.value, mode.value] = ["runs", "density"];
    layers.value = { ...LAYERS, data: false, score: true };
    moment.value = 400;
    camera.value = { x: 1.5, y: -0.25, zoom: 4 };
    orbit.value = { turn: -42, tilt: 35 };
    const address = written(here());
    expect(address).toBe(
      "#tab=runs&run=a1&at=400&mode=density&layers=energy,contours,chains,score,generator,perturbed&view=1.5,-0.25,4&surface=-42,35",
    );
    camera.value = HOME;
    orbit.value = null;
    expect(await goneThroughReload(address)).toBeNull();
    expect(camera.value).toEqual({ x: 1.5, y: -0.25, zoom: 4 });
    expect(orbit.value).toEqual({ turn: -42, tilt: 35 });
    camera.value = HOME;
    expect(await goneThroughReload("#view=a,2")).toContain("three numbers");
    expect(orbit.value).toBeNull();
    expect(await goneThroughReload("#surface=0,95")).toContain("10 to 90 degrees");
    notice.value = null;
    expect(await goneThroughReload(address)).toBeNull();
    expect([tab.value, mode.value, moment.value, layers.value.data]).toEqual(["runs", "density", 400, false]);
    expect(written(here())).toBe(address);
  });

  it("keeps another method and the settings that were changed", async () => {
    chooseMethod("dsm");
    draft.value = set(set(draft.value!, "method.noise", 0.5), "energy.hidden", [32, 32]);
    const address = written(here());
    expect(address).toBe("#run=a1&data=moons&method=dsm&method.noise=0.5&energy.hidden=32,32");
    const wanted = draft.value;
    await goneThroughReload(address);
    expect(draft.value).toEqual(wanted);
  });

  it("keeps a plug-in of another kind with what is changed of it", async () => {
    draft.value = set(config, "energy", { kind: "icnn", depth: 5 });
    const address = written(here());
    expect(address).toBe("#run=a1&energy=icnn&energy.depth=5");
    await goneThroughReload(address);
    expect(draft.value?.energy).toEqual({ kind: "icnn", depth: 5 });
  });

  it("says nothing of what is left of a run after a reset", () => {
    const dataset = { kind: "spots", count: 5 };
    show({ config: { ...config, dataset } });
    draft.value = { ...config, dataset };
    moment.value = 400;
    expect(written(here())).toBe("#run=a1&at=400");
    fresh.value = true;
    expect(written(here())).toBe("#data=spots&method=cd");
    draft.value = { ...config, dataset: { kind: "spots", count: 7 } };
    expect(written(here())).toBe("#data=spots&method=cd&dataset.count=7");
  });

  it("takes the distribution where the method is none, and the method where the distribution is none", async () => {
    expect(await arrive("#run=a1&data=spots&method=guess")).toContain('"guess", which this server');
    expect([draft.value?.dataset.kind, draft.value?.method.kind]).toEqual(["spots", "cd"]);
    expect(await arrive("#run=a1&data=cats&method=dsm")).toContain("moons is chosen");
    expect([draft.value?.dataset.kind, draft.value?.method.kind]).toEqual(["moons", "dsm"]);
    expect(await arrive("#run=a1&own=d0&method=dsm")).toContain("cannot be shown");
    expect(draft.value?.method.kind).toBe("dsm");
  });

  it("keeps what other parts of the page hand in", async () => {
    let view: string | null = "1,2,4";
    const read = (text: string | null) => {
      view = text;
      return null;
    };
    keepers.set("view", { write: () => view, read });
    expect(written(here())).toBe("#run=a1&view=1,2,4");
    await arrive("#run=a1");
    expect(view).toBeNull();
  });

  it("changes no run that goes on: its live settings are its own", async () => {
    show({ state: "running" });
    draft.value = set(config, "method.live", 7);
    expect(written(here())).toBe("#run=a1");
    draft.value = config;
    await arrive("#run=a1&method.live=7&method.steps=3");
    expect(draft.value.method).toMatchObject({ live: 1, steps: 3 });
  });
});

describe("the samplers' choice", () => {
  it("is kept while their view is open", async () => {
    tab.value = "samplers";
    sampling.value = firstChoice(known);
    chooseLandscape("well");
    chooseSampler("walk");
    change("chains", 16);
    startAt([0.5, -1]);
    const address = written(here());
    expect(address).toBe("#tab=samplers&run=a1&sample=well&by=walk&sample.chains=16&sample.start=0.5,-1");
    const wanted = sampling.value;
    sampling.value = firstChoice(known);
    expect(await arrive(address)).toBeNull();
    expect(sampling.value).toEqual(wanted);
    tab.value = "lab";
    expect(written(here())).toBe("#run=a1");
  });

  it("that there is not is told, and the rest is taken", async () => {
    sampling.value = firstChoice(known);
    const text = await arrive(
      "#tab=samplers&run=a1&sample=run:zz@4&by=magic&sample.steps=1e9&sample.chains=8",
    );
    expect(text?.split("\n").map((line) => line.split(" ").slice(0, 4).join(" "))).toEqual([
      "The run whose energy",
      "The address names the",
      "The address sets steps",
    ]);
    expect(sampling.value?.chains).toBe(8);
  });
});

describe("what an address names and there is not", () => {
  it.each([
    ["#run=a1&tab=cellar", 'a view "cellar"'],
    ["#run=a1&mode=sound", 'the map show "sound"'],
    ["#run=a1&layers=energy,fog", "layers that there are not: fog"],
    ["#run=a1&at=9999", "has not come to update 9,999"],
    ["#run=a1&at=417", "Update 417 of the address is not kept; update 400 is shown"],
    ["#run=a1&at=soon", 'the update "soon"'],
    ["#run=a1&data=cats&method=cd", 'the distribution "cats"'],
    ["#run=a1&data=moons&method=guess", 'the method "guess"'],
    ["#run=a1&own=d0", "The points of the address cannot be shown. There is none."],
    ["#run=a1&method.flux=1", '"method.flux", which this choice does not have'],
    ["#run=a1&method.steps=-3", 'steps to "-3". Allowed is ≥ 0'],
    ["#run=a1&energy=brain", 'Energy to "brain". Allowed is mlp, icnn.'],
  ])("is told: %s", async (address, words) => {
    mode.value = "density";
    expect(await arrive(`${address}&seconds=77`)).toContain(words);
    expect(history.value?.info.id).toBe("a1");
  });

  it("leaves all else as the address has it", async () => {
    await arrive("#run=a1&tab=runs&mode=sound&layers=energy,fog&at=100&method.flux=1&seconds=77");
    expect(notice.value?.text.split("\n")).toHaveLength(3);
    expect([tab.value, mode.value, moment.value, draft.value?.seconds]).toEqual(["runs", "energy", 100, 77]);
    expect([layers.value.energy, layers.value.data]).toEqual([true, false]);
  });

  it("takes no layer away where all that it names are none", async () => {
    await arrive("#run=a1&layers=fog");
    expect(layers.value).toEqual({});
    await arrive("#run=a1&layers=none");
    expect(Object.values(layers.value)).not.toContain(true);
  });

  it("is told of a run, and the rest goes on", async () => {
    const text = await arrive("#run=zz&mode=density&at=100");
    expect(text).toContain("The run of this address is no longer here; a stored one is shown.");
    expect(mode.value).toBe("density");
  });

  it("is told of a truth that is not known", async () => {
    show({ config: { ...config, dataset: { kind: "spots" } } });
    expect(await arrive("#run=a1&mode=truth")).toContain("not known of spots");
    expect(mode.value).toBe("energy");
  });
});

describe("the layers of an address", () => {
  it("are read as they were written, and nothing is written where they are as at first", () => {
    const some = { ...LAYERS, score: true, data: false };
    expect(layersWritten(LAYERS, LAYERS)).toBeNull();
    expect(layersIn(layersWritten(some, LAYERS))).toEqual({ shown: some, fault: null });
    const none = Object.fromEntries(Object.keys(LAYERS).map((name) => [name, false]));
    expect(layersIn(layersWritten(none, LAYERS)).shown).toEqual(none);
  });

  it("that there are not are named, and the others are shown", () => {
    const { shown, fault } = layersIn("data,fog");
    expect([shown?.data, shown?.energy]).toEqual([true, false]);
    expect(fault).toContain("layers that there are not: fog");
    expect(layersIn("fog").shown).toBeNull();
  });
});
