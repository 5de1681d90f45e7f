/** Settings that a text of the server names by their paths, in the words of the form. */
import type { Field } from "../form/schema";

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
