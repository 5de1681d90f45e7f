/** The place that the page is at: what it shows, as far as that is other than at first. */

import { computed } from "@preact/signals";
import { fieldsOfRun } from "../form/fields";
import { choiceOf, digestOf } from "../form/points";
import { recipe, withField } from "../form/recipes";
import { defaultsOf, differences } from "../form/schema";
import type { Catalogue, PlugInConfig, RunConfig } from "../protocol/wire";
import { LAYERS } from "../stage";
import {
  active,
  catalogue,
  draft,
  fresh,
  history,
  info,
  mode,
  moment,
  otherData,
  rolling,
  shownLayers,
  stored,
  tab,
  usesChains,
} from "../state";
import { NEW, chosen as shownSweep } from "../sweeps/state";
import type { Name, Place } from "./place";
import { samplingHere } from "./sampling";
import { changedSettings, type Form } from "./settings";
import { choiceOfStored } from "./stored";
import { layersWritten } from "./view";

/** What parts of the page beside these keep of themselves, such as where the stage is looked at. */
export interface Keeper {
  /** Null where it is as at first. */
  write: () => string | null;
  /** Goes back there; says what is wrong with the text, if anything. */
  read: (text: string | null) => string | null;
}
export const keepers = new Map<Name, Keeper>();
/** The same of a comparison, which is looked at in its own way. */
export const compared = new Map<Name, Keeper>();

const gone = computed(() => history.value?.gone ?? false);

/** The choice that the run on the stage would leave in the form; null where an address names no such run. */
export const shownChoice = computed<RunConfig | null>(() => {
  const run = info.value;
  if (!run || fresh.value || gone.value) return null;
  return stored.value ? choiceOfStored(run.config) : choiceOf(run.config);
});

export function here(): Place {
  const known: Place["known"] = {};
  if (tab.value === "compare") return comparisonHere();
  if (tab.value === "sweep") return { known: { sweep: shownSweep.value ?? NEW }, settings: [] };
  if (tab.value !== "lab") known.tab = tab.value;
  const run = stored.value || fresh.value || gone.value ? null : info.value;
  if (run) known.run = run.id;
  if (!rolling.value && !otherData.value && !fresh.value && moment.value !== null)
    known.at = String(moment.value);
  if (mode.value !== "energy") known.mode = mode.value;
  const shown = layersWritten(shownLayers.value, { ...LAYERS, chains: usesChains.value });
  if (shown !== null) known.layers = shown;
  for (const [name, keeper] of keepers) {
    const text = keeper.write();
    if (text !== null) known[name] = text;
  }
  const { known: chosen, settings } = choiceHere.value;
  const sampling = tab.value === "samplers" ? samplingHere.value : null;
  return {
    known: { ...known, ...chosen, ...sampling?.known },
    settings: [...settings, ...(sampling?.settings ?? [])],
  };
}

/** A comparison has a short address: it does not rest on what is on the lab's stage. */
function comparisonHere(): Place {
  const texts = [...compared].map(([name, keeper]) => [name, keeper.write()] as const);
  const known = Object.fromEntries(texts.filter(([, text]) => text !== null)) as Place["known"];
  return { known: known.compare === undefined ? { tab: "compare" } : known, settings: [] };
}

/** What of the choice is other than the run on the stage left it. */
const choiceHere = computed<Place>(() => {
  const [plugIns, choice, shown] = [catalogue.value, draft.value, shownChoice.value];
  const known: Place["known"] = {};
  if (!plugIns || !choice) return { known, settings: [] };
  const otherData = !shown || differences(shown.dataset, choice.dataset).length > 0;
  const other = otherData || shown.method.kind !== choice.method.kind;
  if (other) {
    const points = digestOf(choice.dataset);
    if (points) known.own = points;
    else known.data = choice.dataset.kind;
    known.method = choice.method.kind;
  }
  const start = other ? startOf(plugIns, shown, choice.dataset, choice.method.kind) : shown;
  if (!start) return { known, settings: [] };
  const words = changedSettings(formOf(plugIns), whole(plugIns, start), whole(plugIns, choice));
  const live = other ? new Set<string>() : livePaths(plugIns, start);
  return { known, settings: words.filter(([path]) => !live.has(path)) };
});

/** A choice that says all of its distribution: what is left out is as the distribution has it by itself. */
function whole({ datasets }: Catalogue, choice: RunConfig): RunConfig {
  const { kind } = choice.dataset;
  const plugIn = datasets.find((one) => one.kind === kind);
  return plugIn
    ? { ...choice, dataset: { ...defaultsOf(plugIn.schema, [], kind), ...choice.dataset } }
    : choice;
}

/** The lab's form. */
export const formOf = (plugIns: Catalogue): Form<RunConfig> => ({
  fields: (choice) => fieldsOfRun(plugIns, choice, {}),
  set: (choice, field, value) => withField(plugIns, choice, field, value),
});

/** The choice that another distribution or method begins with. */
export function startOf(
  plugIns: Catalogue,
  shown: RunConfig | null,
  dataset: PlugInConfig,
  method: string,
): RunConfig | null {
  const same = shown?.dataset.kind === dataset.kind && digestOf(dataset) === digestOf(shown.dataset);
  const plain = digestOf(dataset) ? dataset : { kind: dataset.kind };
  return recipe(plugIns, same ? shown.dataset : plain, method);
}

/** Settings that are those of a run which goes on, whatever an address says: a link changes no run. */
export const livePaths = (plugIns: Catalogue, choice: RunConfig): Set<string> =>
  new Set(
    active.value
      ? fieldsOfRun(plugIns, choice, {})
          .filter(({ live }) => live)
          .map(({ path }) => path)
      : [],
  );
