/** Settings that a text of the server names by their paths, in the words of the form. */
import type { Field } from "../form/schema";
import type { Json } from "../protocol/wire.gen";
import { count } from "./format";

const REFERENCE = /`([\w.]+)(?:=([^`]+))?`/g;

/** The text with `dataset.far_rows=keep` as “Far rows: keep”, and names such as chain_steps as titles. */
export function inWordsOf(fields: Field[], text: string): string {
  const label = (path: string) => fields.find((field) => field.path === path)?.label ?? path;
  const titles = new Map(fields.map(({ path, label }) => [path.slice(path.lastIndexOf(".") + 1), label]));
  const named = text.replace(REFERENCE, (_, path: string, value?: string) =>
    value === undefined ? `“${label(path)}”` : `“${label(path)}: ${value}”`,
  );
  return named.replace(/\b[a-z]+(_[a-z]+)+\b/g, (name) => {
    const title = titles.get(name);
    return title ? `“${title}”` : name;
  });
}

/** "chain steps 20" of `method.chain_steps`, "sampler langevin" of `method.sampler.kind`. */
export function settingInWords(path: string, value: Json): string {
  const parts = path.split(".");
  if (parts.length > 1 && parts.at(-1) === "kind") parts.pop();
  return `${plain(parts.at(-1)!)} ${valueInWords(value)}`;
}

const plain = (name: string) => name.replaceAll("_", " ");

function valueInWords(value: Json): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : `${+value.toPrecision(3)}`;
  if (Array.isArray(value)) return value.map(valueInWords).join(", ");
  return typeof value === "string" ? plain(value) : JSON.stringify(value);
}
