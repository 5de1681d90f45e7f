/** A form follows from a JSON schema as pydantic writes it. */
import { describe, expect, it } from "vitest";
import {
  bounds,
  type Control,
  defaultsOf,
  differences,
  type Field,
  fault,
  fieldsOf,
  get,
  type NumberControl,
  set,
} from "../src/form/schema";
import { fromPosition, moved, STEPS, scaleOf, toPosition } from "../src/form/slider";
import type { Schema } from "../src/protocol/wire";

const langevin: Schema = {
  type: "object",
  title: "Langevin",
  properties: {
    kind: { const: "langevin", type: "string", default: "langevin" },
    step_size: {
      type: "number",
      title: "Step size",
      symbol: "η",
      live: true,
      log: true,
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.01,
    },
    noise: { type: "string", enum: ["matched", "lecture"], title: "Noise", live: true, default: "matched" },
  },
};
const mala: Schema = {
  type: "object",
  title: "Mala",
  properties: {
    kind: { const: "mala", type: "string", default: "mala" },
    step_size: { type: "number", title: "Step size", exclusiveMinimum: 0, maximum: 1, default: 0.05 },
  },
};
const method: Schema = {
  $defs: { Langevin: langevin, Mala: mala },
  type: "object",
  properties: {
    kind: { const: "persistent", type: "string", default: "persistent" },
    sampler: {
      title: "Sampler",
      default: { kind: "mala", step_size: 0.05 },
      oneOf: [{ $ref: "#/$defs/Langevin" }, { $ref: "#/$defs/Mala" }],
      discriminator: { propertyName: "kind" },
    },
    chain_steps: {
      type: "integer",
      title: "Chain steps",
      symbol: "k",
      minimum: 1,
      maximum: 500,
      live: true,
      default: 4,
    },
    clip: {
      anyOf: [{ type: "number", exclusiveMinimum: 0 }, { type: "null" }],
      title: "Clip",
      advanced: true,
      default: null,
    },
    hidden: {
      type: "array",
      items: { type: "integer" },
      minItems: 1,
      maxItems: 3,
      title: "Hidden",
      default: [64, 64],
    },
    values: {
      type: "array",
      items: { type: "array", prefixItems: [{ type: "number" }, { type: "number" }] },
      title: "Points",
    },
    renewed: { type: "boolean", title: "Renewed", default: false },
  },
};
const config = {
  kind: "persistent",
  sampler: { kind: "langevin", step_size: 0.02, noise: "matched" },
  chain_steps: 4,
};
const fields = fieldsOf(method, config, "method", "Persistent CD", {
  mala: "MALA",
  langevin: "Langevin (SGLD)",
});
const field = (path: string) => fields.find((one) => one.path === path)!;

describe("fields", () => {
  it("come in the schema's order, those of the chosen plug-in after its choice", () => {
    expect(fields.map(({ path }) => path)).toEqual([
      "method.sampler",
      "method.sampler.step_size",
      "method.sampler.noise",
      "method.chain_steps",
      "method.clip",
      "method.hidden",
      "method.renewed",
    ]);
  });

  it("carry the marks of the plug-in's author", () => {
    expect(field("method.sampler.step_size")).toMatchObject({
      label: "Step size",
      symbol: "η",
      live: true,
      advanced: false,
      group: "Langevin (SGLD)",
    });
    expect(field("method.clip")).toMatchObject({ live: false, advanced: true, initial: null });
  });

  it("choose their control by type", () => {
    expect(field("method.sampler").control).toEqual({
      type: "plug-in",
      nullable: false,
      options: [
        { kind: "langevin", title: "Langevin (SGLD)" },
        { kind: "mala", title: "MALA" },
      ],
    });
    expect(field("method.sampler.noise").control).toEqual({
      type: "choice",
      options: ["matched", "lecture"],
      nullable: false,
    });
    expect(field("method.clip").control).toMatchObject({ type: "number", nullable: true, above: 0 });
    expect(field("method.hidden").control).toEqual({ type: "list", integer: true, least: 1, most: 3 });
    expect(field("method.renewed").control).toEqual({ type: "switch" });
  });

  it("leave out columns of tables too", () => {
    const labels: Schema = {
      anyOf: [{ type: "array", items: { type: "integer" }, maxItems: 200000 }, { type: "null" }],
    };
    expect(fieldsOf({ properties: { labels } }, {}, "dataset", "Points", {})).toEqual([]);
  });

  it("leave out tables, which come from an upload", () => {
    expect(fields.some(({ path }) => path === "method.values")).toBe(false);
  });
});

it("a plug-in that is chosen starts with its defaults", () => {
  expect(defaultsOf(method, ["sampler"], "langevin")).toEqual({
    kind: "langevin",
    step_size: 0.01,
    noise: "matched",
  });
  expect(defaultsOf(langevin, [], "langevin")).toEqual({
    kind: "langevin",
    step_size: 0.01,
    noise: "matched",
  });
});

describe("checks", () => {
  const control = field("method.sampler.step_size").control;
  it.each([
    [0.5, null],
    [1, null],
    [0, "Allowed is > 0 and ≤ 1."],
    [1.1, "Allowed is > 0 and ≤ 1."],
    ["abc", "A number is needed, > 0 and ≤ 1."],
    [null, "A number is needed, > 0 and ≤ 1."],
  ])("%j of a step size: %s", (value, said) => expect(fault(control, value)).toBe(said));

  it("whole numbers stay whole", () => {
    expect(fault(field("method.chain_steps").control, 2.5)).toMatch("whole number");
  });

  it("a word may stand in place of a number", () => {
    const smoothing: Schema = {
      anyOf: [
        { const: "auto", type: "string" },
        { type: "number", minimum: 0, maximum: 10 },
      ],
      default: "auto",
    };
    const [{ control, initial }] = fieldsOf({ properties: { smoothing } }, {}, "dataset", "Points", {}) as [
      Field,
    ];
    expect(initial).toBe("auto");
    expect(["auto", 0, 2.5].map((value) => fault(control, value))).toEqual([null, null, null]);
    expect(fault(control, -1)).toBe("Allowed is ≥ 0 and ≤ 10, or auto.");
    expect(fault(control, "off")).toBe("A number is needed, ≥ 0 and ≤ 10, or auto.");
  });

  it("a nullable number may be left out", () => {
    expect(fault(field("method.clip").control, null)).toBeNull();
  });

  it("lists are checked for their length and their numbers", () => {
    const list = field("method.hidden").control;
    expect(fault(list, [64])).toBeNull();
    expect(fault(list, [])).toMatch("1 to 3");
    expect(fault(list, [1.5])).toMatch("Whole");
    expect(fault(list, ["a"])).toMatch("commas");
  });

  it("bounds read as mathematics", () => {
    expect(bounds({ type: "number", integer: false, min: 0, below: 1, log: false, nullable: false })).toBe(
      "≥ 0 and < 1",
    );
  });
});

describe("paths", () => {
  const whole = { method: config, seed: 0 };
  it("read and write without touching what is not on the way", () => {
    const next = set(whole, "method.sampler.step_size", 0.5);
    expect(get(next, "method.sampler.step_size")).toBe(0.5);
    expect(get(whole, "method.sampler.step_size")).toBe(0.02);
    expect(get(next, "method.nothing.here")).toBeUndefined();
  });

  it("tell where two configurations differ; another kind is one difference", () => {
    expect(differences(whole, set(whole, "method.chain_steps", 5))).toEqual(["method.chain_steps"]);
    expect(differences(whole, set(whole, "method.sampler", { kind: "mala", step_size: 0.02 }))).toEqual([
      "method.sampler",
    ]);
    expect(differences(whole, structuredClone(whole))).toEqual([]);
  });
});

describe("sliders", () => {
  const control = field("method.sampler.step_size").control as NumberControl;
  const scale = scaleOf(control, 0.01)!;

  it("are logarithmic where the schema says so, and stay inside the bounds", () => {
    expect(scale.log).toBe(true);
    expect(scale.high).toBeLessThanOrEqual(1);
    for (let position = 0; position <= STEPS; position += 50) {
      expect(fault(control, fromPosition(scale, position, control))).toBeNull();
    }
  });

  it("come back to the value that they stand at", () => {
    for (const value of [0.002, 0.01, 0.034, 0.5])
      expect(fromPosition(scale, toPosition(scale, value), control)).toBeCloseTo(value, 3);
  });

  it("give whole numbers for integers", () => {
    const steps = field("method.chain_steps").control as NumberControl;
    const whole = scaleOf(steps, 4)!;
    for (let position = 0; position <= STEPS; position += 25)
      expect(Number.isInteger(fromPosition(whole, position, steps))).toBe(true);
    expect(fromPosition(whole, 0, steps)).toBe(1);
  });

  it("are moved by keys, to another value at each press and not beyond their ends", () => {
    const steps = field("method.chain_steps").control as NumberControl;
    const whole = scaleOf(steps, 4)!;
    expect(moved(whole, 4, 10, steps)).toBe(5);
    expect(moved(whole, 4, -10, steps)).toBe(3);
    expect(moved(whole, 1, -10, steps)).toBe(1);
    expect(moved(scale, 0.01, 10, control)).toBeGreaterThan(0.01);
    expect(moved(scale, scale.high, 100, control)).toBe(scale.high);
  });

  it("leave out bounds that only guard against nonsense", () => {
    const chains: Control = {
      type: "number",
      integer: true,
      min: 2,
      max: 65536,
      log: false,
      nullable: false,
    };
    expect(scaleOf(chains, 256)!.high).toBe(1280);
  });

  it("need both bounds", () => {
    expect(scaleOf({ type: "number", integer: false, min: 0, log: false, nullable: false }, 1)).toBeNull();
  });
});
