/** Goes to the place that an address names; what of it does not exist is told, and all else goes on. */
import { batch } from "@preact/signals";
import { open } from "../actions/runs";
import { fault } from "../compare/state";
import { datasetOfPictures, picturesOffer, recallPictures } from "../form/pictures";
import { datasetOf, ownDataset, readPoints, recall } from "../form/points";
import * as api from "../protocol/api";
import type { Catalogue, PlugInConfig, RunConfig } from "../protocol/wire";
import { refreshKeyframes } from "../run/following";
import { newestStep } from "../run/history";
import { backToLive, seek } from "../run/replay";
import type { Mode } from "../stage";
import {
  catalogue,
  draft,
  fresh,
  history,
  info,
  layers,
  mode,
  moment,
  notice,
  rolling,
  stored,
  tab,
  titleOf,
} from "../state";
import { look, NEW } from "../sweeps/state";
import { count } from "../words/format";
import { compared, formOf, type Keeper, keepers, livePaths, shownChoice, startOf } from "./here";
import type { Name, Place } from "./place";
import { arriveAtSampling } from "./sampling";
import { withSettings } from "./settings";
import { playStored } from "./stored";
import { layersIn } from "./view";

const TABS = ["lab", "compare", "samplers", "runs", "sweep"] as const;
const MODES: Mode[] = ["energy", "density", "truth", "difference", "uncertainty", "softmax"];

/** Sentences about an address, gathered on the way. */
type Faults = string[];

/** The tab and the run of a place; the stored run where that is not there. */
export async function arriveAtRun({ known }: Place, faults: Faults): Promise<void> {
  const named = known.tab ?? (known.sweep ? "sweep" : known.compare === undefined ? "lab" : "compare");
  arriveAtTab(named, faults);
  if (named === "sweep") look(known.sweep ?? NEW);
  if ((named === "compare" || named === "sweep") && history.value !== null) return;
  const shown = stored.value || fresh.value ? undefined : info.value?.id;
  if (
    known.run === undefined
      ? shown === undefined && history.value !== null && !fresh.value
      : known.run === shown
  )
    return;
  fresh.value = false;
  const opened = known.run !== undefined && (await open(known.run));
  if (known.run !== undefined && !opened) faults.push(notice.value?.text ?? "");
  if (!opened) await playStored().catch((error: Error) => faults.push(`Nothing to replay: ${error.message}`));
}

/** All of a place but its tab and run. */
export async function arriveAtRest(place: Place, faults: Faults): Promise<void> {
  if (tab.value === "sweep") return tell(faults);
  await arriveAtView(place, faults);
  if (tab.value !== "compare") await arriveAtChoices(place, faults);
}

/** How the stage is looked at: what needs no answer of the server, beside the run's own moments. */
export async function arriveAtView(place: Place, faults: Faults): Promise<void> {
  if (tab.value === "compare") {
    const own: Faults = [];
    arriveAtKept(place, compared, own);
    if (own.length > 0) fault.value = own.join(" ");
    return tell(faults);
  }
  const { known } = place;
  arriveAtLayers(known.layers ?? null, faults);
  arriveAtMode(known.mode, faults);
  arriveAtKept(place, keepers, faults);
  await arriveAtMoment(known.at, faults);
  tell(faults);
}

function arriveAtKept({ known }: Place, of: Map<Name, Keeper>, faults: Faults): void {
  for (const [name, keeper] of of) {
    const wrong = keeper.read(known[name] ?? null);
    if (wrong) faults.push(wrong);
  }
}

/** What is chosen, with the catalogue of the server at hand. */
export async function arriveAtChoices(place: Place, faults: Faults): Promise<void> {
  if (!catalogue.value) return;
  await arriveAtChoice(place, catalogue.value, faults);
  if (place.known.tab === "samplers") await arriveAtSampling(place, catalogue.value, faults);
  tell(faults);
}

function tell(faults: Faults): void {
  if (faults.length > 0) notice.value = { tone: "fault", text: faults.join("\n") };
}

function arriveAtTab(named = "lab", faults: Faults): void {
  const found = TABS.find((one) => one === named);
  if (!found) faults.push(`The address names a view "${named}", which there is not: ${TABS.join(", ")}.`);
  tab.value = found ?? "lab";
}

function arriveAtMode(named = "energy", faults: Faults): void {
  const found = MODES.find((one) => one === named);
  const data = info.value?.config.dataset.kind;
  const density = catalogue.value?.datasets.find(({ kind }) => kind === data)?.has_density ?? true;
  if (!found) faults.push(`The address has the map show "${named}"; it can show ${MODES.join(", ")}.`);
  else if (!density && (found === "truth" || found === "difference"))
    faults.push(`The address has the map show the true density, which is not known of ${titleOf(data)}.`);
  else {
    mode.value = found;
    return;
  }
  mode.value = "energy";
}

function arriveAtLayers(named: string | null, faults: Faults): void {
  const { shown, fault } = layersIn(named);
  if (fault) faults.push(fault);
  layers.value = shown ?? {};
}

async function arriveAtMoment(named: string | undefined, faults: Faults): Promise<void> {
  if (named === undefined) {
    if (!stored.value && moment.value !== null) backToLive();
    return;
  }
  const wanted = Number(named);
  if (!/^\d+$/.test(named)) {
    faults.push(`The address names the update "${named}"; a whole number is needed.`);
    return;
  }
  await refreshKeyframes();
  const known = history.value;
  if (!known || known.keyframes.length === 0) {
    faults.push(`Update ${count(wanted)} of the address cannot be shown: no moment of this run is kept yet.`);
    return;
  }
  if (wanted > newestStep(known)) {
    const newest = `it is at ${count(newestStep(known))}, which is shown`;
    faults.push(`This run has not come to update ${count(wanted)}, which the address names: ${newest}.`);
    return;
  }
  rolling.value = false;
  await seek(wanted);
  if (moment.value !== null && moment.value !== wanted)
    faults.push(
      `Update ${count(wanted)} of the address is not kept; update ${count(moment.value)} is shown.`,
    );
}

async function arriveAtChoice(place: Place, plugIns: Catalogue, faults: Faults): Promise<void> {
  const { data, own, method } = place.known;
  const other = data !== undefined || own !== undefined || method !== undefined;
  const start = other ? await startIn(place, plugIns, faults) : shownChoice.value;
  if (!start) return;
  const live = start === shownChoice.value ? livePaths(plugIns, start) : new Set<string>();
  const words = place.settings.filter(([path]) => !live.has(path) && !path.startsWith("sample."));
  const found = withSettings(formOf(plugIns), start, words);
  faults.push(...found.faults);
  batch(() => {
    draft.value = found.choice;
    if (stored.value && start !== shownChoice.value) rolling.value = false;
  });
}

/** What the distribution and the method of a place begin with; null where there are no settings for the pair.
 *
 * In place of one that there is not, that of before stays: it is told, and the other is taken.
 */
async function startIn({ known }: Place, plugIns: Catalogue, faults: Faults): Promise<RunConfig | null> {
  const shown = shownChoice.value;
  const [data, method] = [shown?.dataset.kind, shown?.method.kind];
  const { datasets, methods, first } = plugIns;
  const kind = taken("distribution", known.data ?? data, datasets, data ?? first.dataset, faults);
  const own = known.own === undefined ? null : await pointsOf(known.own, plugIns, faults);
  const dataset = own ?? { kind };
  const by = taken("method", known.method ?? method, methods, method ?? first.method, faults);
  const found = startOf(plugIns, shown, dataset, by);
  if (!found)
    faults.push(
      `The address trains ${titleOf(by)} on ${titleOf(dataset.kind)}, for which there are no settings.`,
    );
  return found;
}

/** The plug-in that is named, or else another one, which is told. */
function taken(
  what: string,
  named: string | undefined,
  shelf: { kind: string }[],
  other: string,
  faults: Faults,
): string {
  if (named === undefined || shelf.some(({ kind }) => kind === named)) return named ?? other;
  const stays = `${titleOf(other)} is chosen`;
  faults.push(`The address names the ${what} "${named}", which this server does not have; ${stays}.`);
  return other;
}

async function pointsOf(digest: string, plugIns: Catalogue, faults: Faults): Promise<PlugInConfig | null> {
  const own = ownDataset(plugIns);
  try {
    await recall(digest);
    const points = readPoints(digest);
    return own && points ? datasetOf(own, points) : null;
  } catch (error) {
    if (!(error instanceof api.Refusal)) throw error;
    const pictures = await picturesOf(digest, plugIns);
    if (pictures) return pictures;
    faults.push(`The points of the address cannot be shown. ${error.message}`);
    return null;
  }
}

/** The pictures of a digest; null where it is of none. */
async function picturesOf(digest: string, plugIns: Catalogue): Promise<PlugInConfig | null> {
  const offer = picturesOffer(plugIns);
  try {
    return offer ? datasetOfPictures(offer, await recallPictures(digest)) : null;
  } catch (error) {
    if (!(error instanceof api.Refusal)) throw error;
    return null;
  }
}
