/** Whether runs can be compared: of the same data alone, and a few of them. */
import { differences, get } from "../form/schema";
import type { Json, PlugInConfig } from "../protocol/wire";
import { setting } from "../words/format";

export const [FEWEST, MOST] = [2, 4];

export interface Candidate {
  name: string;
  dataset: PlugInConfig;
}

/** Why some runs cannot be compared, naming those that differ; null where they can. */
export function refusal(runs: Candidate[], titleOf: (kind: string) => string): string | null {
  if (runs.length < FEWEST || runs.length > MOST)
    return `${runs.length === 1 ? "One run is" : `${runs.length} runs are`} chosen; ${FEWEST} to ${MOST} can be compared.`;
  const [first, ...others] = runs;
  for (const other of others) {
    const what = difference(first!.dataset, other.dataset, titleOf);
    if (what)
      return `${first!.name} and ${other.name} cannot be compared: ${what}. Choose runs of the same data.`;
  }
  return null;
}

/** How two distributions differ, in words; null where they do not. */
function difference(
  one: PlugInConfig,
  other: PlugInConfig,
  titleOf: (kind: string) => string,
): string | null {
  if (one.kind !== other.kind) return `the one learns ${titleOf(one.kind)}, the other ${titleOf(other.kind)}`;
  const paths = differences(one, other);
  if (paths.length === 0) return null;
  if (paths.some((path) => /digest|values|labels/.test(path))) return "their points are not the same";
  const told = paths.map((path) => {
    const [a, b] = [one, other].map((config) => setting(get({ ...config } as Json, path) ?? null));
    return `${path.replaceAll("_", " ")} is ${a} and ${b}`;
  });
  return `their ${titleOf(one.kind)} differ: ${told.join(", ")}`;
}
