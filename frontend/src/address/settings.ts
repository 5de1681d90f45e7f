/** The settings of a choice that are other than those it began with, as words of an address, and back. */
import { type Control, differences, type Field, fault, get, isObject } from "../form/schema";
import type { Json } from "../protocol/wire";

type Words = [path: string, value: string][];

/** A form: the fields of a choice, and the choice with another value at one; a plug-in's kind brings its defaults. */
export interface Form<Choice extends object> {
  fields: (choice: Choice) => Field[];
  set: (choice: Choice, field: Field, value: Json) => Choice;
}

const NONE = "none";

/** What makes `choice` of `start`: plug-ins of another kind first, since they bring settings of their own. */
export function changedSettings<Choice extends object>(
  form: Form<Choice>,
  start: Choice,
  choice: Choice,
): Words {
  const words: Words = [];
  let reached = start;
  for (let again = true; again; ) {
    again = false;
    for (const field of form.fields(reached)) {
      const [from, to] = [get({ ...reached } as Json, field.path), get({ ...choice } as Json, field.path)];
      if (field.control.type !== "plug-in" || kindOf(from) === kindOf(to)) continue;
      words.push([field.path, kindOf(to) ?? NONE]);
      reached = form.set(reached, field, kindOf(to));
      again = true;
      break;
    }
  }
  const paths = new Set(form.fields(choice).map(({ path }) => path));
  for (const path of differences({ ...reached } as Json, { ...choice } as Json))
    if (paths.has(path)) words.push([path, text(get({ ...choice } as Json, path) ?? null)]);
  return words;
}

/** The choice that such words make of `start`, and a sentence for each that says nothing here. */
export function withSettings<Choice extends object>(
  form: Form<Choice>,
  start: Choice,
  words: Words,
): { choice: Choice; faults: string[] } {
  const faults: string[] = [];
  let choice = start;
  for (const [path, word] of words) {
    const field = form.fields(choice).find((one) => one.path === path);
    if (!field) {
      faults.push(`The address sets "${path}", which this choice does not have.`);
      continue;
    }
    const value = valueIn(field.control, word);
    const wrong = refusal(field.control, value);
    if (wrong) faults.push(`The address sets ${field.label} to "${word}". ${wrong}`);
    else choice = form.set(choice, field, value);
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
