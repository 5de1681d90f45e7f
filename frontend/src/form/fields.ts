/** The fields of a whole choice: those of its method, sampler, optimization, energy, distribution and length. */

import type { Catalogue, PlugInConfig, PlugInInfo, RunConfig } from "../protocol/wire";
import { defaultsOf, type Field, fieldsOf, type Titles } from "./schema";

/** How the run ends and where its randomness starts: the same for all, so no plug-in's schema has them. */
const LENGTH: Field[] = [
  {
    path: "seconds",
    label: "Training time",
    symbol: null,
    live: true,
    advanced: false,
    group: "Run",
    initial: 30,
    description:
      "Seconds of one core; turned into updates by the measured speed. Empty where the length is given in updates.",
    control: { type: "number", integer: false, above: 0, max: 604800, log: true, nullable: true },
  },
  {
    path: "updates",
    label: "Updates",
    symbol: null,
    live: true,
    advanced: true,
    group: "Run",
    initial: null,
    description: "Length of the run in updates, instead of a time.",
    control: { type: "number", integer: true, min: 1, max: 1e9, log: true, nullable: true },
  },
  {
    path: "seed",
    label: "Seed",
    symbol: null,
    live: false,
    advanced: false,
    group: "Run",
    initial: 0,
    description: "The same seed gives the same run: weights, data and chains.",
    control: { type: "number", integer: true, min: 0, max: 2 ** 53 - 1, log: false, nullable: false },
  },
];

export function shelfFields(catalogue: Catalogue, choice: RunConfig, titles: Titles): Field[] {
  const of = (shelf: PlugInInfo[], name: "method" | "energy" | "dataset") => {
    const config: PlugInConfig = choice[name];
    const plugIn = shelf.find(({ kind }) => kind === config.kind);
    return plugIn ? fieldsOf(plugIn.schema, config, name, plugIn.title, titles) : [];
  };
  return [
    ...of(catalogue.methods, "method"),
    ...fieldsOf(catalogue.optimization, choice.optimization, "optimization", "Optimization", titles),
    energyKind(catalogue),
    ...of(catalogue.energies, "energy"),
    ...of(catalogue.datasets, "dataset"),
    ...LENGTH,
  ];
}

function energyKind({ energies }: Catalogue): Field {
  return {
    path: "energy",
    label: "Energy",
    symbol: null,
    live: false,
    advanced: true,
    group: "Energy",
    initial: undefined,
    description: "The family of functions that E(x) is chosen from.",
    control: {
      type: "plug-in",
      options: energies.map(({ kind, title }) => ({ kind, title })),
      nullable: false,
    },
  };
}

/** The configuration that a plug-in of the choice starts with when another kind is chosen at a path. */
export function startOf(catalogue: Catalogue, choice: RunConfig, path: string, kind: string): PlugInConfig {
  const plugIn = (shelf: PlugInInfo[], wanted: string) =>
    shelf.find((candidate) => candidate.kind === wanted)?.schema;
  const [top, ...rest] = path.split(".") as [string, ...string[]];
  if (top === "energy" && rest.length === 0)
    return defaultsOf(plugIn(catalogue.energies, kind) ?? {}, [], kind);
  const shelves: Record<string, PlugInInfo[]> = {
    method: catalogue.methods,
    energy: catalogue.energies,
    dataset: catalogue.datasets,
  };
  const owner = choice[top as "method" | "energy" | "dataset"];
  return defaultsOf(plugIn(shelves[top] ?? [], owner.kind) ?? {}, rest, kind);
}

/** A whole choice for a distribution and a method: the recipe that pressing play should give. */
export function recipeFor(catalogue: Catalogue, dataset: PlugInConfig, method: string): RunConfig | null {
  const shape = catalogue.datasets.find(({ kind }) => kind === dataset.kind)?.shape ?? [2];
  const recipe = catalogue.recipes[method]?.[shape.length === 1 ? "plane" : "image"];
  return recipe ? { seconds: 30, updates: null, seed: 0, device: "cpu", ...recipe, dataset } : null;
}

/** Whether both distributions have points of the same kind, so that settings of one make sense for the other. */
export function sameShape(catalogue: Catalogue, one: string, other: string): boolean {
  const shapeOf = (wanted: string) => catalogue.datasets.find(({ kind }) => kind === wanted)?.shape.join("x");
  return shapeOf(one) === shapeOf(other);
}
