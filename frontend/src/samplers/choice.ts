/** What is to be sampled: an energy, a sampler, and how long; and the fields of its form. */
import { defaultsOf, type Field, fault, fieldsOf, set, type Titles } from "../form/schema";
import type { Catalogue, Json, JsonObject, PlugInConfig, PlugInInfo, RunSummary } from "../protocol/wire";

export interface Choice {
  /** A formula, or what a run has learned: at a past update, or as it was last saved. */
  energy: { formula: PlugInConfig } | { run: string; step?: number };
  sampler: PlugInConfig;
  chains: number;
  steps: number;
  /** Where all chains start; null spreads them over the map. */
  start: [number, number] | null;
  seed: number;
}

const plugIn = (shelf: PlugInInfo[] | undefined, kind: string) =>
  shelf?.find((candidate) => candidate.kind === kind);

export const startOf = (shelf: PlugInInfo[] | undefined, kind: string): PlugInConfig =>
  defaultsOf(plugIn(shelf, kind)?.schema ?? {}, [], kind);

/** What is sampled first; null until the catalogue has something to sample. */
export function firstChoice({ formulas, samplers, trial }: Catalogue): Choice | null {
  const [formula] = formulas ?? [];
  const initial = (name: string) => trial.properties?.[name]?.default;
  const sampler = (initial("sampler") as PlugInConfig | undefined) ?? samplers[0];
  if (!formula || !sampler) return null;
  return {
    energy: { formula: startOf(formulas, formula.kind) },
    sampler: startOf(samplers, sampler.kind),
    chains: initial("chains") as number,
    steps: initial("steps") as number,
    start: null,
    seed: initial("seed") as number,
  };
}

/** The form: the sampler's fields, the energy's own, then how many and how long. */
export function fieldsOfChoice(known: Catalogue, choice: Choice, titles: Titles): Field[] {
  const of = (shelf: PlugInInfo[] | undefined, config: PlugInConfig, path: string) => {
    const found = plugIn(shelf, config.kind);
    return found ? fieldsOf(found.schema, config, path, found.title, titles) : [];
  };
  const energy =
    "formula" in choice.energy ? of(known.formulas, choice.energy.formula, "energy.formula") : [];
  return [...of(known.samplers, choice.sampler, "sampler"), ...lengthOf(known, choice, titles), ...energy];
}

/** How many chains and how long; their start is chosen on the map. All take effect at once. */
function lengthOf({ trial }: Catalogue, choice: Choice, titles: Titles): Field[] {
  const fields = fieldsOf(trial, { ...choice } as JsonObject, "", "Chains", titles);
  return fields.filter(({ path }) => path !== "start").map((field) => ({ ...field, live: true }));
}

/** The choice with a field set; a start goes with its energy's map, so another energy takes it away. */
export function changed(choice: Choice, path: string, value: Json): Choice {
  const next = set(choice, path, value);
  return path.startsWith("energy") && path.split(".").length <= 2 ? { ...next, start: null } : next;
}

/** What is wrong with a value at its field; null where it is allowed: `most` chains times steps are. */
export function faultOf(field: Field, value: Json, choice: Choice, most: number): string | null {
  const wrong = fault(field.control, value);
  if (wrong) return wrong;
  const { chains, steps } = changed(choice, field.path, value);
  const other = field.path === "steps" ? "chains" : "steps";
  const length = field.path === "steps" || field.path === "chains";
  return length && chains * steps > most
    ? `With so many ${other} at most ${Math.floor(most / (field.path === "steps" ? chains : steps))}.`
    : null;
}

/** Runs whose energy has a map: their data are points of the plane, and they have been trained for a while. */
export function planarRuns(runs: RunSummary[] | null, known: Catalogue | null): RunSummary[] {
  const planar = new Set(known?.datasets.filter(({ shape }) => shape.length === 1).map(({ kind }) => kind));
  return (runs ?? []).filter((run) => run.step > 0 && planar.has(run.dataset));
}
