/** What the page knows, as a few signals, and what follows from it. */
import { computed, signal } from "@preact/signals";
import { count as drawnCount } from "./drawing/state";
import { fieldsOfRun } from "./form/fields";
import { ownPictures } from "./form/pictures";
import { modelUnitOf, ownPoints, unevenUnits } from "./form/points";
import { reachedBy } from "./form/reached";
import { differences, type Field, type Titles } from "./form/schema";
import { fieldIn } from "./form/sizes";
import type { Link } from "./protocol/connection";
import type { DecodedFrame, Landscape } from "./protocol/frame";
import type { Catalogue, RunConfig, RunSummary, StoredRun } from "./protocol/wire";
import { hasPicture, type RunHistory } from "./run/history";
import { marksOf } from "./run/marks";
import { figuresUpTo, type Measured } from "./run/measured";
import { type Camera, HOME, LAYERS, type Layers, type Mode, type Orbit } from "./stage";
import { count } from "./words/format";

export type ThemeChoice = "dark" | "light" | "system";
export interface Notice {
  tone: "fault" | "news";
  text: string;
  /** Whether it is no longer so, and goes by itself. */
  over?: () => boolean;
}

export const catalogue = signal<Catalogue | null>(null);
export const catalogueFault = signal<string | null>(null);
export const runs = signal<RunSummary[] | null>(null);
export const runsFault = signal<string | null>(null);

/** The run on the stage. */
export const history = signal<RunHistory | null>(null);
/** The choice on the left: what play would train. */
export const draft = signal<RunConfig | null>(null);
/** Reset was pressed: the stage shows the untrained choice. */
export const fresh = signal(false);
/** What is being asked of the server; the control that asked shows it. */
export const asking = signal<"start" | "pause" | "resume" | "step" | "stop" | null>(null);
/** Why a field's value was refused, by its path. */
export const faults = signal<Record<string, string>>({});
export const notice = signal<Notice | null>(null);
export const link = signal<Link>({ state: "idle" });

/** The step of the keyframe on the stage; null shows the newest frame. */
export const moment = signal<number | null>(null);
export const momentFrame = signal<DecodedFrame | null>(null);
/** A replay is running on by itself. */
export const rolling = signal(false);

/** The file of points that the server reads now: its name, and whether it will be taken. */
export const reading = signal<{ name: string; taken: Promise<boolean> } | null>(null);

/** The stage is drawn on: the choice's data are the drawing. */
export const drawing = signal(false);

export const tab = signal<"lab" | "compare" | "samplers" | "runs" | "sweep">("lab");
/** Of the server's machine; null until it has told. */
export const cores = signal<number | null>(null);
/** What a queued run waits for on this server; until it has told, what it does on any. */
export const queued = signal("It waits in the queue until another run ends.");
/** What keeps the server from writing or starting runs, in its own words. */
export const troubles = signal<string[]>([]);
export const help = signal(false);
/** Layers that a person has shown or hidden; `shownLayers` has the others as the method needs them. */
export const layers = signal<Layers>({});
export const mode = signal<Mode>("energy");
/** The true density of the run on the stage, where it is known. */
export const truth = signal<Landscape | null>(null);
export const dropped = signal(0);
/** From where one looks at the surface; null where the stage is a map. */
export const orbit = signal<Orbit | null>(null);

/** The page computes the landscapes of the run that goes on; the server need not make them. */
export const ownMaps = signal(false);
/** Where one looks on the stage. */
export const camera = signal<Camera>(HOME);

/** What counts faster than anything is drawn; written by the loop. */
export const step = signal(0);
export const pace = signal({ updates: 0, frames: 0, lag: 0 });

export const info = computed(() => history.value?.info ?? null);
export const stored = computed(() => history.value?.source === "stored");
export const active = computed(() => {
  const state = stored.value ? null : info.value?.state;
  return state === "queued" || state === "starting" || state === "running" || state === "paused";
});

export const titles = computed<Titles>(() => {
  const known = catalogue.value;
  const plugIns = known
    ? [...known.datasets, ...known.methods, ...known.samplers, ...known.energies, ...(known.formulas ?? [])]
    : [];
  return Object.fromEntries(plugIns.map(({ kind, title }) => [kind, title]));
});

/** A plug-in's name for people. */
export function titleOf(kind: string | undefined): string {
  if (!kind) return "";
  return titles.value[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll("_", " ");
}

/** Titles of the series that methods' frames carry, by name. */
export const seriesTitles = computed<Record<string, string>>(() =>
  Object.assign({}, ...(catalogue.value?.methods ?? []).map(({ series }) => series)),
);

/** What the data of a configuration are called: points and pictures of one's own by their file and their number. */
function nameOfData({ dataset }: RunConfig): string {
  const [own, pictures] = [ownPoints(dataset), ownPictures(dataset)];
  if (own?.name) return `${own.name}, ${count(own.rows)} points`;
  return pictures?.name ? `${pictures.name}, ${count(pictures.rows)} pictures` : titleOf(dataset.kind);
}

/** "Pinwheel · Persistent CD" of a configuration. */
export function nameOf(config: RunConfig | null | undefined): string {
  return config ? `${nameOfData(config)} · ${titleOf(config.method.kind)}` : "";
}

/** The same of the choice, which may be being drawn. */
export const nameOfChoice = computed<string>(() => {
  const choice = draft.value;
  if (!choice || !drawing.value) return nameOf(choice);
  return `drawing, ${count(drawnCount.value)} points · ${titleOf(choice.method.kind)}`;
});

/** The form of the choice. */
export const fields = computed<Field[]>(() => {
  const known = catalogue.value;
  const choice = draft.value;
  if (!known || !choice) return [];
  return fieldsOfRun(known, choice, titles.value).map((field) =>
    fieldIn(field, modelUnitOf(choice), unevenUnits(choice)),
  );
});

/** The choice is of another distribution or method than the run on the stage. */
export const composing = computed(() => {
  const [shown, choice] = [info.value?.config, draft.value];
  if (!shown || !choice) return false;
  return shown.method.kind !== choice.method.kind || otherData.value;
});

/** The choice is of other data than the run on the stage, or is being drawn. */
export const otherData = computed(() => {
  if (drawing.value) return true;
  const [shown, choice] = [info.value?.config, draft.value];
  return !!shown && !!choice && differences(shown.dataset, choice.dataset).length > 0;
});

/** Settings of the choice that the run on the stage could take over only by starting again. */
export const needRestart = computed<string[]>(() => {
  const [shown, choice] = [info.value?.config, draft.value];
  if (!shown || !choice || composing.value || stored.value) return [];
  const live = new Set(fields.value.filter((field) => field.live).map((field) => field.path));
  // which versions of plug-ins a run used is not chosen, and runs from before sizes had units say none
  const same = { plugins: shown.plugins ?? [], sizes: choice.sizes ?? "data" };
  return differences({ ...choice, ...same }, { ...shown, ...same }).filter((path) => !live.has(path));
});

/** Recordings of short runs that have been read, by distribution and method; null where there is none of a pair. */
export const recordings = signal<Record<string, StoredRun | null>>({});
/** The frame of a recording that stands in on the stage. */
export const recordedFrame = signal<DecodedFrame | null>(null);

const pairOf = ({ dataset, method }: RunConfig) => `${dataset.kind}/${method.kind}`;

/** The pair that has nothing of its own to show yet: the choice, what is being started, or what has just begun. */
export const awaited = computed<string | null>(() => {
  const [choice, run] = [draft.value, info.value];
  if (drawing.value) return null;
  if (choice && (composing.value || asking.value === "start" || !run)) return pairOf(choice);
  if (!run || !active.value || fresh.value || run.state === "paused") return null;
  return hasPicture(history.value?.frame) ? null : pairOf(run.config);
});

/** The recording that stands in for it. */
export const recording = computed<StoredRun | null>(() => recordings.value[awaited.value ?? ""] ?? null);

/** The stage shows the choice, by its data or by a recorded run: nothing is trained on them yet. */
export const untrained = computed(() => {
  const recorded = recording.value !== null;
  if (fresh.value || history.value === null || (recorded && asking.value === "start")) return true;
  return (otherData.value || (recorded && composing.value)) && !rolling.value;
});

/** Chains play a part in what the shown method learns; else they are moved for the eye alone. */
export const usesChains = computed(() => {
  const config = untrained.value ? draft.value : info.value?.config;
  const method = catalogue.value?.methods.find(({ kind }) => kind === config?.method.kind);
  return method?.family !== "score_matching" && method?.family !== "learned_sampler";
});

export const shownLayers = computed(() => ({ ...LAYERS, chains: usesChains.value, ...layers.value }));

export const marks = computed(() => marksOf(history.value?.events ?? [], history.value?.rows));

/** Where on the time axis the evidence is read: the whole run, or up to the moment that is replayed. */
export const until = computed(() => moment.value ?? Number.POSITIVE_INFINITY);

/** The newest figures at that point, and of which update each one is. */
export const measured = computed<Measured>(() => {
  const known = history.value;
  if (!known || untrained.value) return { values: {}, at: {} };
  const replayed = moment.value !== null;
  return figuresUpTo(known, until.value, replayed ? momentFrame.value : known.frame, replayed);
});
export const metrics = computed<Record<string, number>>(() => measured.value.values);

/** The best figures that the network of the run on the stage has reached on its data, where that is known. */
export const reached = computed(() => reachedBy(catalogue.value, info.value?.config));

/** The update whose energy the run keeps as its best, where later ones are on the stage.
 *
 * `shown` where it is this energy that the stage shows: at the end of a run that had a better moment.
 */
export const kept = computed<{ step: number; shown: boolean } | null>(() => {
  const [run, step] = [info.value, metrics.value.kept_update];
  if (!run || step === undefined || step >= Math.min(run.step, until.value)) return null;
  return { step, shown: run.state === "finished" && until.value >= run.step };
});

export type Badge =
  | "LIVE"
  | "PAUSED"
  | "REPLAY"
  | "FINISHED"
  | "FAILED"
  | "STOPPED"
  | "QUEUED"
  | "STARTING"
  | "CONNECTING"
  | "READY";

export const badge = computed<Badge>(() => {
  if (asking.value === "start") return "STARTING";
  if (untrained.value) return "READY";
  if (moment.value !== null || stored.value) return "REPLAY";
  if (active.value && (link.value.state === "connecting" || link.value.state === "lost")) return "CONNECTING";
  switch (info.value?.state) {
    case "running":
      return "LIVE";
    case "paused":
      return "PAUSED";
    case "finished":
      return "FINISHED";
    case "failed":
      return "FAILED";
    case "stopped":
      return "STOPPED";
    case "queued":
      return "QUEUED";
    default:
      return "STARTING";
  }
});

export type Primary = "start" | "pause" | "resume" | "cancel";

/** What the big button does now. */
export const primary = computed<Primary>(() => {
  if (fresh.value || stored.value || !info.value || composing.value || history.value?.gone) return "start";
  switch (info.value.state) {
    case "running":
      return "pause";
    case "paused":
      return "resume";
    case "queued":
    case "starting":
      return "cancel";
    case "stopped":
      return needRestart.value.length > 0 ? "start" : "resume";
    default:
      return "start";
  }
});
