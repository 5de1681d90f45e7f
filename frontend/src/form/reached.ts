/** The best figures that a network of the default kind has reached on a built-in distribution: what can be hoped for. */
import type { Catalogue, RunConfig } from "../protocol/wire";
// `python -m tests.benchmarks.quality --out FILE --reached ...` makes it from a grid of runs
import table from "../words/reached.json";
import { recipeFor } from "./fields";
import { defaultsOf, differences } from "./schema";

/** By the figure's name; none where the network or the distribution is another than by default. */
export function reachedBy(known: Catalogue | null, config: RunConfig | undefined): Record<string, number> {
  const best = config && (table as Record<string, Record<string, number>>)[config.dataset.kind];
  const offer = known?.datasets.find(({ kind }) => kind === config?.dataset.kind);
  const recipe = known && config && recipeFor(known, config.dataset, config.method.kind);
  if (!best || !offer || !recipe) return {};
  const plain = defaultsOf(offer.schema, [], offer.kind);
  const other = [
    ...differences(config.dataset, plain),
    ...differences({ ...recipe.energy }, { ...config.energy }),
  ];
  return other.length > 0 ? {} : best;
}
