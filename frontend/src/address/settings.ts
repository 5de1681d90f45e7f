/** The settings of a choice that are other than those it began with, as words of an address, and back. */
import { fieldsOfRun } from "../form/fields";
import { type Control, differences, type Field, fault, get, isObject } from "../form/schema";
import type { Catalogue, Json, RunConfig } from "../protocol/wire";

type Words = [path: string, value: string][];
/** The choice with another value at a field; a plug-in's kind brings its defaults. */
export type Setter = (choice: RunConfig, field: Field, value: Json) => RunConfig;

const NONE = "none";

/** What makes `choice` of `start`: plug-ins of another kind first, since they bring settings of their own. */
export function changedSettings(
  known: Catalogue,
  start: RunConfig,
  choice: RunConfig,
  setter: Setter,
): Words {
  const words: Words = [];
  let reached = start;
  for (let again = true; again; ) {
    again = false;
    for (const field of fieldsOfRun(known, reached, {})) {
      const [from, to] = [get({ ...reached }, field.path), get({ ...choice }, field.path)];
      if (field.control.type !== "plug-in" || kindOf(from) === kindOf(to)) continue;
      words.push([field.path, kindOf(to) ?? NONE]);
      reached = setter(reached, field, kindOf(to));
      again = true;
      break;
    }
  }
  const paths = new Set(fieldsOfRun(known, choice, {}).map(({ path }) => path));
  for (const path of differences({ ...reached }, { ...choice }))
    if (paths.has(path)) words.push([path, text(get({ ...choice }, path) ?? null)]);
  return words;
}

/** The choice that such words make of `start`, and a sentence for each that says nothing here. */
export function withSettings(
  known: Catalogue,
  start: RunConfig,
  words: Words,
  setter: Setter,
): { choice: RunConfig; faults: string[] } {
  const faults: string[] = [];
  let choice = start;
  for (const [path, word] of words) {
    const field = fieldsOfRun(known, choice, {}).find((one) => one.path === path);
    if (!field) {
      faults.push(`The address sets "${path}", which this choice does not have.`);
      continue;
    }
    const value = valueIn(field.control, word);
    const wrong = refusal(field.control, value);
    if (wrong) faults.push(`The address sets ${field.label} to "${word}". ${wrong}`);
    else choice = setter(choice, field, value);
  }
  return { choice, faults };
}

const kindOf = (value: Json | undefined): string | null => (isObject(value) ? String(value.kind) : null);

const text = (value: Json): string =>
  value === null ? NONE : Array.isArray(value) ? value.join(",") : String(value);

function valueIn(control: Control, word: string): Json {
  const isOption = "options" in control && control.options.some((one) => nameOf(one) === word);
  if (word === NONE && !isOption) return null;
  if (control.type === "switch") return word === "true";
  if (control.type === "list") return word.split(",").map(Number);
  if (control.type !== "number") return word;
  return word.trim() === "" || Number.isNaN(Number(word)) ? word : Number(word);
}

const nameOf = (option: string | { kind: string }) => (typeof option === "string" ? option : option.kind);

function refusal(control: Control, value: Json): string | null {
  if (!("options" in control)) return fault(control, value);
  const allowed = control.options.map(nameOf);
  if (value === null ? control.nullable : allowed.includes(String(value))) return null;
  return `Allowed is ${[...allowed, ...(control.nullable ? [NONE] : [])].join(", ")}.`;
}
