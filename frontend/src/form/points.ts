/** The user's own points: the server reads the file, and the page shows what it read. */
import { signal } from "@preact/signals";
import * as api from "../protocol/api";
import type { Catalogue, DatasetInfo, OwnPoints, PlugInConfig } from "../protocol/wire";
import { positionOf, unitsOf } from "../stage";

/** What the server has read since the page was opened, by digest. */
const read = signal<Record<string, OwnPoints>>({});

/** Sends a file as it is. Throws a `Refusal` that says which row is at fault. */
export async function send(file: File): Promise<OwnPoints> {
  const points = await api.sendPoints(file);
  read.value = { ...read.value, [points.digest]: points };
  return points;
}

/** The distribution that takes a table of one's own. */
export const ownDataset = (known: Catalogue | null): DatasetInfo | undefined =>
  known?.datasets.find(({ table }) => table);

/** That distribution with points the server keeps. */
export const datasetOf = ({ kind, table }: DatasetInfo, { digest, rows }: OwnPoints): PlugInConfig => ({
  kind,
  [table as string]: { digest, rows },
});

/** What was read of the points that a data set refers to; null where that was before the page was opened. */
export function ownPoints(dataset: PlugInConfig | undefined): OwnPoints | null {
  const digest = Object.values(dataset ?? {}).find(isReference)?.digest ?? null;
  return digest === null ? null : (read.value[digest] ?? null);
}

function isReference(values: unknown): values is { digest: string } {
  return typeof values === "object" && values !== null && "digest" in values;
}

/** Some of the points in the units of the stage. */
export const onStage = ({ preview, window }: OwnPoints): number[][] => {
  const units = unitsOf(window);
  return preview.map(([x, y]) => positionOf(units, x!, y!));
};
