/** The fields of a whole choice: those of its method, sampler, optimization, energy, distribution and length. */

import type { Catalogue, PlugInConfig, PlugInInfo, RunConfig } from "../protocol/wire";
import { defaultsOf, type Field, fieldsOf, type Titles } from "./schema";

export function fieldsOfRun(catalogue: Catalogue, choice: RunConfig, titles: Titles): Field[] {
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
    ...fieldsOf(catalogue.run, { ...choice }, "", "Run", titles).map(timed),
  ];
}

/** The training time says of what it is a time. */
function timed(field: Field): Field {
  return field.path === "seconds" ? { ...field, unit: "s" } : field;
}

function energyKind({ energies, run }: Catalogue): Field {
  const { title = "", description = "", advanced = false } = run.properties?.energy ?? {};
  return {
    path: "energy",
    label: title,
    symbol: null,
    live: false,
    advanced,
    group: title,
    initial: undefined,
    size: 0,
    description,
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
  const own = catalogue.recipes[method];
  const recipe = own?.[shape.join("x")] ?? own?.[shape.length === 1 ? "plane" : "image"];
  return recipe ? { ...recipe, dataset } : null;
}

/** Whether both distributions have points of the same kind, so that settings of one make sense for the other. */
export function sameShape(catalogue: Catalogue, one: string, other: string): boolean {
  const shapeOf = (wanted: string) => catalogue.datasets.find(({ kind }) => kind === wanted)?.shape.join("x");
  return shapeOf(one) === shapeOf(other);
}
