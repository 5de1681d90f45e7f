/** Whole choices: a recipe for a pair, another plug-in at a field, sizes that fit other data. */
import type { Catalogue, Json, PlugInConfig, PresetInfo, RunConfig } from "../protocol/wire";
import { titles } from "../state";
import { fieldsOfRun, recipeFor, startOf } from "./fields";
import { detailOf, modelUnitOf } from "./points";
import { differences, type Field, set } from "./schema";
import { withDetail, withSizes } from "./sizes";

/** A whole choice, its sizes in the units of its data. */
export function recipe(known: Catalogue, dataset: PlugInConfig, method: string): RunConfig | null {
  const found = recipeFor(known, dataset, method);
  return found && resized(known, found, null);
}

/** A choice whose sizes at a path were those of another one, or the model's own defaults. */
export function resized(known: Catalogue, choice: RunConfig, before: RunConfig | null, path = ""): RunConfig {
  const fields = fieldsOfRun(known, choice, titles.value).filter((field) => field.path.startsWith(path));
  const inside = withSizes(choice, fields, before ? modelUnitOf(before) : 1, 1);
  const fitting = withDetail(inside, fields, detailOf(before), detailOf(choice));
  return withSizes(fitting, fields, 1, modelUnitOf(choice));
}

/** A paper's recipe for the data of a choice, which keeps them and its seed. */
export function recipeOfPaper(known: Catalogue, preset: PresetInfo, choice: RunConfig): RunConfig | null {
  const setup = preset.on[choice.dataset.kind];
  if (!setup) return null;
  const dataset = { ...choice.dataset, ...setup.run.dataset };
  return resized(known, { ...setup.run, dataset, seed: choice.seed ?? 0 }, null);
}

/** The papers' recipes for the data of a choice. */
export function papersFor(known: Catalogue, choice: RunConfig): PresetInfo[] {
  return (known.presets ?? []).filter((preset) => choice.dataset.kind in preset.on);
}

/** Whether a choice is a paper's recipe as it is offered. */
export function follows(known: Catalogue, choice: RunConfig, preset: PresetInfo): boolean {
  const recipe = recipeOfPaper(known, preset, choice);
  return recipe !== null && differences({ ...recipe }, { ...choice }).length === 0;
}

/** A choice with another value at a field; a plug-in's kind brings its own settings. */
export function withField(known: Catalogue, choice: RunConfig, field: Field, value: Json): RunConfig {
  const { path, control } = field;
  if (control.type !== "plug-in") return only(set(choice, path, value), path);
  const plugIn = value === null ? null : startOf(known, choice, path, String(value));
  return resized(known, set(choice, path, plugIn), null, `${path}.`);
}

/** A run has a length in seconds or in updates: to give the one takes the other away. */
function only(choice: RunConfig, path: string): RunConfig {
  if (path === "updates" && choice.updates) return { ...choice, seconds: null };
  if (path === "seconds" && choice.seconds) return { ...choice, updates: null };
  return choice;
}
