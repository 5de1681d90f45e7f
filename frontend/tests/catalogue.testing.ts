/** An empty catalogue for tests to fill, with the fields that every run and every trial has. */
import type { Catalogue } from "../src/protocol/wire";

export const length = { seconds: 30, updates: null, seed: 0, device: "cpu", sizes: "data" } as const;

const whole = (more: object) => ({ type: "integer", ...more });
const nullable = (title: string, type: object) => ({
  title,
  anyOf: [type, { type: "null" }],
  default: null,
  live: true,
});

export const empty: Catalogue = {
  version: "1",
  datasets: [],
  methods: [],
  samplers: [],
  energies: [],
  formulas: [],
  run: {
    type: "object",
    properties: {
      energy: { title: "Energy", description: "The family.", advanced: true },
      seconds: nullable("Training time", { type: "number", exclusiveMinimum: 0, maximum: 604800 }),
      updates: nullable("Updates", whole({ minimum: 1 })),
      seed: whole({ default: 0, minimum: 0 }),
      device: { enum: ["cpu", "cuda"], default: "cpu" },
    },
  },
  optimization: { type: "object", properties: {} },
  trial: {
    type: "object",
    properties: {
      sampler: { default: { kind: "mala" } },
      chains: whole({ default: 64, minimum: 1, maximum: 256 }),
      steps: whole({ default: 1000, minimum: 20, maximum: 5000 }),
      start: { anyOf: [{ type: "array", prefixItems: [{ type: "number" }] }, { type: "null" }] },
      seed: whole({ default: 0, minimum: 0 }),
    },
  },
  most_chain_steps: 500_000,
  recipes: {},
  first: { dataset: "moons", method: "persistent" },
  families: [],
};
