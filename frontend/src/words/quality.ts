/** The figures that tell how good a model is: their names, units and which of them comes first. */

import type { Explanation } from "./explaining";
import { significant } from "./format";
import { ELSEWHERE, entryOf, GLOSSARY } from "./glossary";

export interface Figure {
  name: string;
  label: string;
  /** With as many digits as it deserves, without the unit. */
  text: string;
  unit: string;
  /** The same figure for real data, where it is known: nothing can be expected to do better. */
  floor: string | null;
  /** What a model without fault would have, where that is known. */
  best: string | null;
  /** The best that such a network has reached on such data. */
  reached: string | null;
  /** The same figure for the plain classifier that trains beside, where there is one. */
  rival: string | null;
  explanation: Explanation;
}

/** Shown elsewhere: in the headline, in a chart or at the bottom of the page. */
const LISTED_NOT = new Set([...Object.keys(ELSEWHERE), "energy_data", "energy_samples", "learning_rate"]);

/** Which figure is the headline: a distance to the truth where there is one. */
const HEADLINES = ["frechet", "kl", "nll"];

function figure(name: string, metrics: Record<string, number>, reached: Record<string, number>): Figure {
  const known = entryOf(name);
  const value = metrics[name]!;
  const write = known?.write ?? significant;
  const least = reachedOf(name, metrics, reached);
  const best = least === undefined || value <= least ? null : write(least);
  const other = (key: string) => (metrics[key] === undefined ? null : write(metrics[key]));
  return {
    name,
    label: known?.label ?? name.replaceAll("_", " "),
    text: write(value),
    unit: known?.unit ?? "",
    floor: other(`${name}_floor`),
    best: known?.best ?? (name === "nll" ? bestNll(metrics, write) : null),
    reached: best,
    rival: other(`softmax_${name}`),
    explanation: withReached(explanationOf(name), best, known?.unit, name === "kl"),
  };
}

/** The distance to the data that was reached; one to blurred data is another figure. */
function reachedOf(
  name: string,
  metrics: Record<string, number>,
  reached: Record<string, number>,
): number | undefined {
  if (metrics.kl_data === undefined || !["kl", "kl_data"].includes(name)) return reached[name];
  return name === "kl" ? undefined : reached.kl;
}

function withReached(told: Explanation, best: string | null, unit = "", drawn = false): Explanation {
  if (best === null) return told;
  const where = drawn ? ": the dashed line in the chart" : "";
  const words = `A network of this kind has reached ${[best, unit].filter(Boolean).join(" ")} on such data${where}.`;
  return { ...told, good: [told.good, words].filter(Boolean).join(" ") };
}

/** What is said of a metric; one that a plug-in tells of itself is only known by its name. */
export function explanationOf(name: string): Explanation {
  const known = entryOf(name);
  if (!known) return { name: name.replaceAll("_", " "), text: "A figure of the method's own." };
  const { label, explanation: text, good, source } = known;
  return { name: label, text, good, ...(source && { source }) };
}

/** The lowest negative log-likelihood there is, the entropy of the data, where their density is known. */
function bestNll({ nll, kl, kl_data }: Record<string, number>, write: (value: number) => string) {
  const over = kl_data ?? kl;
  return nll === undefined || over === undefined ? null : write(nll - over);
}

/** Whether a figure stands in the row of another, as its floor or its rival. */
function beside(name: string, metrics: Record<string, number>): boolean {
  const rival = /^softmax_(.+)$/.exec(name)?.[1];
  return name.endsWith("_floor") || (rival !== undefined && metrics[rival] !== undefined);
}

/** The first of the headline figures that a run has. */
export function headline(
  metrics: Record<string, number>,
  reached: Record<string, number> = {},
): Figure | null {
  const name = HEADLINES.find((candidate) => metrics[candidate] !== undefined);
  return name ? figure(name, metrics, reached) : null;
}

/** The other figures that a run has, known ones first and in a fixed order. */
export function others(metrics: Record<string, number>, reached: Record<string, number> = {}): Figure[] {
  const first = headline(metrics)?.name;
  const order = Object.keys(GLOSSARY);
  return Object.keys(metrics)
    .filter((name) => name !== first && !LISTED_NOT.has(name) && !beside(name, metrics))
    .sort((a, b) => (order.indexOf(a) + 1 || 99) - (order.indexOf(b) + 1 || 99) || a.localeCompare(b))
    .map((name) => figure(name, metrics, reached));
}
