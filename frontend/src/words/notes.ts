/** What the energy on the stage is of, in the method's own words. */
import type { PlugInConfig } from "../protocol/wire";
import { significant } from "./format";

/** A note with numbers in place of the fields in braces: the method's own, else the newest figures; null for no note. */
export function filled(note: string, method: PlugInConfig, figures: Record<string, number>): string | null {
  const number = (name: string) => {
    const value = method[name] ?? figures[name];
    if (typeof value !== "number") return "…";
    return Number.isInteger(value) ? String(value) : significant(value, 2);
  };
  return note === "" ? null : note.replace(/\{(\w+)\}/g, (_, name: string) => number(name));
}
