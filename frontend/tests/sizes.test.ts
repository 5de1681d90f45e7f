/** Noise levels and step sizes of points of one's own stand in the form in the units of the data. */
import { beforeEach, expect, it, vi } from "vitest";
import { change } from "../src/actions/change";
import { chooseDataset, chooseMethod, choosePoints } from "../src/actions/choice";
import { send } from "../src/form/points";
import { bounds } from "../src/form/schema";
import type { Catalogue, OwnPoints, Schema } from "../src/protocol/wire";
import { catalogue, draft, faults, fields, history } from "../src/state";
import { empty, length } from "./catalogue.testing";

const noise: Schema = {
  type: "number",
  title: "Noise level",
  default: 0.1,
  exclusiveMinimum: 0,
  maximum: 10,
  size: 1,
  fine: true,
};
const area: Schema = { ...noise, title: "Step size", size: 2 };
const method = (kind: string, properties: Record<string, Schema>) => ({
  kind,
  title: kind,
  summary: "",
  schema: { type: "object", properties: { kind: { const: kind }, ...properties } },
  family: "score_matching",
  equation: "",
  source: "",
  stage_note: "",
  image_note: "",
  series: {},
});
const offer = (kind: string, table: string | null) => ({
  kind,
  title: kind,
  summary: "",
  schema: {},
  shape: [2],
  has_density: false,
  table,
  pictures: null,
  class_names: [],
  classes: null,
  thumbnail: [],
});
const recipe = (found: { kind: string }) => ({
  plane: { method: found, energy: { kind: "mlp" }, optimization: {}, ...length },
});
const known = {
  ...empty,
  datasets: [offer("moons", null), offer("points", "values")],
  methods: [method("denoising", { noise_level: noise }), method("langevin", { step_size: area })],
  recipes: {
    denoising: recipe({ kind: "denoising", noise_level: 0.1 } as { kind: string }),
    langevin: recipe({ kind: "langevin", step_size: 0.5 } as { kind: string }),
  },
} as unknown as Catalogue;
const points: OwnPoints = {
  digest: "d9",
  name: "",
  rows: 20,
  scale: 440,
  detail: 0.1,
  preview: [],
  window: [
    [0, 1],
    [0, 1],
  ],
  classes: null,
  columns: ["x", "y"],
  chosen: ["x", "y"],
  labels: null,
  class_names: [],
  head: [],
  messages: [],
};
const field = (path: string) => fields.value.find((one) => one.path === path)!;

beforeEach(async () => {
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue(Response.json(points)));
  history.value = null;
  catalogue.value = known;
  draft.value = { dataset: { kind: "moons" }, ...known.recipes.denoising!.plane! };
  await send(new File([""], "a.csv"));
});

it("what is chosen keeps its meaning when the data change", () => {
  choosePoints(points);
  expect(draft.value?.method).toEqual({ kind: "denoising", noise_level: 44 });
  expect(field("method.noise_level")).toMatchObject({ initial: 44, unit: "data units" });
  chooseMethod("langevin");
  expect(draft.value?.method).toEqual({ kind: "langevin", step_size: 96800 });
  expect(field("method.step_size").unit).toBe("data units²");
});

it("a length says that it is a mean where the columns have units of their own", async () => {
  const uneven: OwnPoints = {
    ...points,
    digest: "d11",
    window: [
      [0, 1],
      [0, 90],
    ],
  };
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue(Response.json(uneven)));
  await send(new File([""], "c.csv"));
  choosePoints(uneven);
  expect(field("method.noise_level").unit).toBe("mean of x and y units");
  expect(field("method.noise_level").description).toContain("A length of 1 there is 440 here");
});

it("a length that nobody has set is as fine as the data, and what was set stays", () => {
  const dense = { ...points, digest: "d10", scale: 100, detail: 0.04 };
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue(Response.json(dense)));
  return send(new File([""], "b.csv")).then(() => {
    choosePoints(dense);
    expect(draft.value?.method.noise_level).toBe(4);
    chooseDataset("moons");
    expect(draft.value?.method.noise_level).toBe(0.1);
    change("method.noise_level", 0.3);
    choosePoints(dense);
    expect(draft.value?.method.noise_level).toBe(30);
  });
});

it("bounds are those of the data", () => {
  choosePoints(points);
  change("method.noise_level", 100);
  expect(faults.value).toEqual({});
  expect(draft.value?.method.noise_level).toBe(100);
  change("method.noise_level", 5000);
  expect(faults.value["method.noise_level"]).toContain("≤ 4400");
  const { control } = field("method.noise_level");
  expect(control.type === "number" && bounds(control)).toBe("> 0 and ≤ 4400");
});

it("built-in distributions have no unit of their own", () => {
  expect(field("method.noise_level")).toMatchObject({ initial: 0.1 });
  expect(field("method.noise_level").unit).toBeUndefined();
});
