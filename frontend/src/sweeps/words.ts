/** What fields, values and figures of a sweep are called. */
import type { Json } from "../protocol/wire";
import { titleOf } from "../state";
import type { Explanation } from "../words/explaining";
import { count, significant } from "../words/format";
import { GLOSSARY } from "../words/glossary";

const FIELDS: Record<string, string> = {
  "dataset.kind": "Distribution",
  "method.kind": "Method",
  "energy.kind": "Energy",
  seed: "Seed",
};

/** "method.persistent.chain_steps" as "Chain steps". */
export function fieldWord(path: string): string {
  const last = path.split(".").at(-1) ?? path;
  const words = last === "kind" ? path.split(".").slice(-2).join(" ") : last.replaceAll("_", " ");
  return FIELDS[path] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

export function valueWord(path: string, value: Json | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : significant(value);
  if (typeof value === "string") return path.endsWith("kind") ? titleOf(value) : value;
  return JSON.stringify(value);
}

export const figureWord = (name: string) => GLOSSARY[name]?.label ?? name.replaceAll("_", " ");

/** A figure's value; "failed" where a failed run decides it. */
export const numberWord = (value: number | null | undefined, failed: boolean) =>
  value === null || value === undefined ? (failed ? "failed" : "") : significant(value);

export const SWEEP = {
  sweep: {
    name: "Sweep",
    text: "Many runs that differ by what you say: every combination of the values of a grid, and random draws of fields. They take their place in the queue one after the other, so that a run of your own waits for one of them at most.",
    good: "Pause saves every run that goes on. What is resumed, here or after a crash, makes only what is missing.",
  },
  median: {
    name: "Median and quartiles",
    text: "Of the runs that differ by their seed alone: the middle one, and between which two values the middle half lies. A run that failed counts as worse than all others.",
    good: "A difference that is smaller than the quartiles are apart says little.",
  },
  map: {
    name: "Map",
    text: "A cell is the median of all runs that have both values, whatever else they differ by. Bright is better. A press on it shows its runs; where it is one, that opens.",
  },
  lines: {
    name: "All fields at once",
    text: "A line is a run, through its value of each field to what it came to, at the right. Bright is better. A press on a line opens its run.",
    good: "Where good lines pass through one part of an axis, that part matters.",
  },
  failed: {
    name: "Failed",
    text: "Runs that diverged, or whose worker died three times. The sweep goes on without them; the reason is told below.",
  },
} satisfies Record<string, Explanation>;
