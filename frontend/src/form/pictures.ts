/** The user's own pictures: the server reads them, and the page shows what it read. */
import { signal } from "@preact/signals";
import * as api from "../protocol/api";
import { shapeOf } from "../protocol/npy";
import type { Catalogue, DatasetInfo, OwnPictures, PlugInConfig } from "../protocol/wire";
import { digestOf } from "./points";
import { zipped } from "./zip";

/** What the server has read, as far as the page has been told, by digest. */
const read = signal<Record<string, OwnPictures>>({});

/** Files that are pictures or a set of them, as one file that the server reads; null where they are a table. */
export async function asPictures(files: readonly File[]): Promise<File | null> {
  const pictures = files.filter(({ type }) => type.startsWith("image/"));
  if (pictures.length > 0) return new File([await zipped(pictures)], called(pictures));
  const [file] = files;
  if (!file) return null;
  if (/\.zip$/i.test(file.name)) return file;
  const shape = /\.npy$/i.test(file.name) ? shapeOf(await file.slice(0, 4096).arrayBuffer()) : null;
  return shape && shape.length > 2 ? file : null;
}

const called = (pictures: readonly File[]) =>
  pictures.length === 1 ? pictures[0]!.name : `${pictures.length.toLocaleString("en")} pictures.zip`;

/** Sends a file of pictures as it is. Throws a `Refusal` that says what is wrong. */
export async function sendPictures(file: File): Promise<OwnPictures> {
  return told(await api.sendPictures(file));
}

function told(pictures: OwnPictures): OwnPictures {
  read.value = { ...read.value, [pictures.digest]: pictures };
  return pictures;
}

/** The distribution that takes pictures of one's own. */
export const picturesOffer = (known: Catalogue | null): DatasetInfo | undefined =>
  known?.datasets.find(({ pictures }) => pictures);

/** That distribution with pictures the server keeps. */
export const datasetOfPictures = (
  { kind, pictures, classes: field }: DatasetInfo,
  { digest, rows, classes }: OwnPictures,
): PlugInConfig => ({
  kind,
  [pictures as string]: { digest, rows },
  ...(field && classes ? { [field]: { ...classes } } : {}),
});

/** Whether a data set is of the user's pictures, and none has a class. */
export function unclassified(known: Catalogue | null, dataset: PlugInConfig | undefined): boolean {
  const offer = picturesOffer(known);
  return dataset !== undefined && dataset.kind === offer?.kind && !!offer.classes && !dataset[offer.classes];
}

/** What was read of the pictures that a data set refers to; null where it has none, or the page has not been told. */
export const ownPictures = (dataset: PlugInConfig | undefined): OwnPictures | null =>
  read.value[digestOf(dataset) ?? ""] ?? null;

/** Asks for what was read before the page was opened. Throws a `Refusal` where the pictures are gone. */
export async function recallPictures(digest: string): Promise<OwnPictures> {
  return read.value[digest] ?? told(await api.keptPictures(digest));
}
