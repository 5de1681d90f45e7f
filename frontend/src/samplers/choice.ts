/** What is to be sampled: an energy, a sampler, and how long; and the fields of its form. */
import { defaultsOf, type Field, fault, fieldsOf, set, type Titles } from "../form/schema";
import type { Catalogue, Json, PlugInConfig, PlugInInfo, RunSummary } from "../protocol/wire";

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

/** Most chains times steps that the server takes. */
const MOST = 500_000;
const FIRST_SAMPLER = "mala";

const whole = (path: string, label: string, description: string, min: number, max: number, log = true) =>
  ({
    path,
    label,
    symbol: null,
    live: true,
    advanced: false,
    group: "Chains",
    initial: min,
    description,
    control: { type: "number", integer: true, min, max, log, nullable: false },
  }) satisfies Field;

export const LENGTH: Field[] = [
  whole("chains", "Chains", "Independent chains, all at once.", 1, 256),
  whole("steps", "Steps", "Of each chain; the first half warms up, the second is measured.", 20, 5000),
  whole("seed", "Seed", "The same seed gives the same chains.", 0, 2 ** 53 - 1, false),
];

const plugIn = (shelf: PlugInInfo[] | undefined, kind: string) =>
  shelf?.find((candidate) => candidate.kind === kind);

export const startOf = (shelf: PlugInInfo[] | undefined, kind: string): PlugInConfig =>
  defaultsOf(plugIn(shelf, kind)?.schema ?? {}, [], kind);

/** What is sampled first; null until the catalogue has something to sample. */
export function firstChoice({ landscapes, samplers }: Catalogue): Choice | null {
  const [landscape] = landscapes ?? [];
  const sampler = plugIn(samplers, FIRST_SAMPLER) ?? samplers[0];
  if (!landscape || !sampler) return null;
  return {
    energy: { formula: startOf(landscapes, landscape.kind) },
    sampler: startOf(samplers, sampler.kind),
    chains: 64,
    steps: 500,
    start: null,
    seed: 0,
  };
}

/** The form: the sampler's fields, the energy's own, then how many and how long. */
export function fieldsOfChoice(known: Catalogue, choice: Choice, titles: Titles): Field[] {
  const of = (shelf: PlugInInfo[] | undefined, config: PlugInConfig, path: string) => {
    const found = plugIn(shelf, config.kind);
    return found ? fieldsOf(found.schema, config, path, found.title, titles) : [];
  };
  const energy =
    "formula" in choice.energy ? of(known.landscapes, choice.energy.formula, "energy.formula") : [];
  return [...of(known.samplers, choice.sampler, "sampler"), ...LENGTH, ...energy];
}

/** The choice with a field set; a start goes with its energy's map, so another energy takes it away. */
export function changed(choice: Choice, path: string, value: Json): Choice {
  const next = set(choice, path, value);
  return path.startsWith("energy") && path.split(".").length <= 2 ? { ...next, start: null } : next;
}

/** What is wrong with a value at its field; null where it is allowed. */
export function faultOf(field: Field, value: Json, choice: Choice): string | null {
  const wrong = fault(field.control, value);
  if (wrong) return wrong;
  const { chains, steps } = changed(choice, field.path, value);
  const most = field.path === "steps" ? Math.floor(MOST / chains) : Math.floor(MOST / steps);
  const length = field.path === "steps" || field.path === "chains";
  return length && chains * steps > MOST
    ? `With so many ${field.path === "steps" ? "chains" : "steps"} at most ${most}.`
    : null;
}

/** Runs whose energy has a map: their data are points of the plane, and they have been trained for a while. */
export function planarRuns(runs: RunSummary[] | null, known: Catalogue | null): RunSummary[] {
  const planar = new Set(known?.datasets.filter(({ shape }) => shape.length === 1).map(({ kind }) => kind));
  return (runs ?? []).filter((run) => run.step > 0 && planar.has(run.dataset));
}
