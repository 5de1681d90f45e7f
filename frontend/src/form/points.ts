/** The user's own points: the server reads the file, and the page shows what it read. */
import { signal } from "@preact/signals";
import * as api from "../protocol/api";
import { positionOf, unitsOf } from "../protocol/units";
import type { Catalogue, DatasetInfo, OwnPoints, PlugInConfig, RunConfig } from "../protocol/wire";

/** What the server has read, as far as the page has been told, by digest. */
const read = signal<Record<string, OwnPoints>>({});

/** Which columns of a file are wanted: x, y, and that of the classes. */
export interface Taken {
  columns: [string, string];
  labels: string | null;
}

/** The files that points came from, so that other columns can be taken, by digest. */
const files = new Map<string, File>();

/** Sends a file as it is; its classes may be called otherwise than in it. Throws a `Refusal` that says which row is at
 * fault. */
export async function send(file: File, taken?: Taken, called?: string[] | null): Promise<OwnPoints> {
  const points = await api.sendPoints(file, taken, called);
  read.value = { ...read.value, [points.digest]: points };
  files.set(points.digest, file);
  return points;
}

/** The file that points came from; null where the page has not sent it. */
export const fileOf = ({ digest }: OwnPoints): File | null => files.get(digest) ?? null;

/** The distribution that takes a table of one's own. */
export const ownDataset = (known: Catalogue | null): DatasetInfo | undefined =>
  known?.datasets.find(({ table }) => table);

/** That distribution with points the server keeps. */
export const datasetOf = (
  { kind, table, columns, classes: field }: DatasetInfo,
  { digest, rows, chosen, classes }: OwnPoints,
): PlugInConfig => ({
  kind,
  [table as string]: { digest, rows },
  ...(columns && { [columns]: [...chosen] }),
  ...(field && classes ? { [field]: { ...classes } } : {}),
});

/** The points that a data set refers to. */
export const digestOf = (dataset: PlugInConfig | undefined): string | null =>
  Object.values(dataset ?? {}).find(isReference)?.digest ?? null;

/** What was read of points, by their digest; null where the page has not been told. */
export const readPoints = (digest: string): OwnPoints | null => read.value[digest] ?? null;

/** What was read of the points that a data set refers to; null where the page has not been told. */
export function ownPoints(dataset: PlugInConfig | undefined): OwnPoints | null {
  const digest = digestOf(dataset);
  return digest === null ? null : readPoints(digest);
}

/** What a length of 1 in the model's units is in those of a choice's sizes. */
export const modelUnitOf = (choice: RunConfig | null): number =>
  choice?.sizes === "model" ? 1 : (ownPoints(choice?.dataset)?.scale ?? 1);

/** How much longer one side of the stage may be than the other, in the file's units, to speak of the same units. */
const ALIKE = 1.5;

/** Whether a length of the choice's sizes is another one along x than along y. */
export function unevenUnits(choice: RunConfig | null): boolean {
  const window = choice?.sizes === "model" ? undefined : ownPoints(choice?.dataset)?.window;
  if (!window) return false;
  const [across, up] = unitsOf(window).unit;
  return Math.max(across / up, up / across) > ALIKE;
}

/** The finest length that the points of a choice can tell, in the model's units; null where points have no end. */
export const detailOf = (choice: RunConfig | null): number | null =>
  ownPoints(choice?.dataset)?.detail ?? null;

/** The choice that makes a run again; its sizes were the model's before there was a word for it. */
export const choiceOf = (config: RunConfig): RunConfig => ({
  ...config,
  updates: config.seconds ? null : (config.updates ?? null),
  sizes: config.sizes ?? (digestOf(config.dataset) ? "model" : "data"),
});

/** Asks for what was read before the page was opened. Throws a `Refusal` where the points are gone. */
export async function recall(digest: string | null): Promise<void> {
  if (digest === null || read.value[digest]) return;
  const points = await api.keptPoints(digest);
  read.value = { ...read.value, [digest]: points };
}

function isReference(values: unknown): values is { digest: string } {
  return typeof values === "object" && values !== null && "digest" in values;
}

/** What columns of numbers are called: x, y, and that of the classes. */
export type Headings = [x: string, y: string, classes: string];
export const PLAIN: Headings = ["x", "y", "class"];

/** What the columns of points are called in their file; null where they have no names, or it is not known. */
export function headingsOf(points: OwnPoints | null): Headings | null {
  if (!points?.name || points.chosen.some((name) => name.trim() === "" || /^\d+$/.test(name))) return null;
  return [...points.chosen, points.labels ?? PLAIN[2]];
}

/** Some of the points in the units of the stage. */
export const onStage = ({ preview, window }: OwnPoints): number[][] => {
  const units = unitsOf(window);
  return preview.map(([x, y]) => positionOf(units, x!, y!));
};
