/** What a person chooses: distribution, own points, drawing, method. */
import { batch } from "@preact/signals";
import { MOST } from "../drawing/drawn";
import { keep, takeUp } from "../drawing/keeping";
import { count as drawnCount } from "../drawing/state";
import { sameShape } from "../form/fields";
import { asPictures, datasetOfPictures, picturesOffer, sendPictures } from "../form/pictures";
import { choiceOf, datasetOf, ownDataset, send, type Taken } from "../form/points";
import { recipe, recipeOfPaper, resized } from "../form/recipes";
import type {
  Catalogue,
  OwnPictures,
  OwnPoints,
  PlugInConfig,
  PresetInfo,
  RunConfig,
} from "../protocol/wire";
import { catalogue, composing, draft, drawing, faults, info, notice, reading, rolling } from "../state";
import { ask } from "./ask";

export function chooseDataset(kind: string): void {
  drawing.value = false;
  takeDataset(defaultsOfDataset(kind));
}

/** Has the server read a file of points, or pictures, and chooses them, also in the place of a drawing, unless other data
 * were chosen or drawn meanwhile. Throws a `Refusal`. */
export async function takeFiles(files: readonly File[], columns?: Taken): Promise<void> {
  const [file] = files;
  if (!file) return;
  const name = files.length > 1 ? `${files.length} files` : file.name;
  if (drawing.value && drawnCount.value > 1) await keepDrawing();
  const [before, drew] = [draft.value?.dataset, drawing.value];
  const done = readBy(files, file, columns).then((choose) => {
    // there is no choice yet while the page opens
    const same = before === undefined || draft.value?.dataset === before;
    if (same && drawing.value === drew) choose();
    else
      notice.value = {
        tone: "news",
        text: `${name} was read and not taken, since other data were chosen meanwhile.`,
      };
  });
  const taken = done.then(
    () => true,
    () => false,
  );
  reading.value = { name, taken };
  await done.finally(() => {
    reading.value = null;
  });
}

/** Sends files; what chooses what was read of them. Of several tables the first is taken. */
async function readBy(files: readonly File[], file: File, columns?: Taken): Promise<() => void> {
  const pictures = await asPictures(files);
  if (pictures) {
    const read = await sendPictures(pictures);
    return () => choosePictures(read);
  }
  const points = await send(file, columns);
  return () => choosePoints(points);
}

/** Pictures of one's own, which the server has read and keeps. */
function choosePictures(pictures: OwnPictures): void {
  const offer = picturesOffer(catalogue.value);
  drawing.value = false;
  if (offer) takeDataset(datasetOfPictures(offer, pictures));
}

/** Points of one's own, which the server has read and keeps. */
export function choosePoints(points: OwnPoints): void {
  const own = ownDataset(catalogue.value);
  drawing.value = false;
  if (own) takeDataset(datasetOf(own, points));
}

/** Draws on the points of the choice, or on an empty stage where it has none of one's own. */
export async function draw(): Promise<void> {
  const [known, choice] = [catalogue.value, draft.value];
  if (!known || !choice || drawing.value) return;
  const ready = await ask(null, () => takeUp(choice.dataset, known).then(() => true));
  if (!ready) return;
  batch(() => {
    rolling.value = false;
    drawing.value = true;
  });
}

/** Back to the map; the points stay chosen. */
export async function stopDrawing(): Promise<void> {
  if (drawnCount.value > 1) await keepDrawing();
  drawing.value = false;
}

let keeping: Promise<boolean> = Promise.resolve(true);

/** Has the server keep the drawing, and chooses it; tells whether that is done. One at a time, the newest last. */
export function keepDrawing(): Promise<boolean> {
  keeping = keeping.then(keepNow);
  return keeping;
}

async function keepNow(): Promise<boolean> {
  const own = ownDataset(catalogue.value);
  if (!own || drawnCount.value < 2) {
    const text = `The drawing has ${drawnCount.value} points; 2 to ${MOST.toLocaleString("en")} are needed. Draw some more.`;
    notice.value = { tone: "fault", text };
    return false;
  }
  const points = await ask(null, keep);
  if (!points) return false;
  const { kind, ...settings } = draft.value?.dataset ?? { kind: "" };
  const { [own.classes ?? ""]: _, ...others } = settings;
  takeDataset({ ...(kind === own.kind ? others : {}), ...datasetOf(own, points) });
  return true;
}

/** Waits for a file that is being read, or for the drawing to be kept; false where there is nothing to train on. */
export async function choiceMade(): Promise<boolean> {
  if (reading.value) return reading.value.taken;
  return !drawing.value || keepDrawing();
}

function takeDataset(dataset: PlugInConfig): void {
  const [known, choice] = [catalogue.value, draft.value];
  if (!known || !choice) return;
  const kind = dataset.kind;
  const kept: RunConfig = { ...choice, dataset, sizes: "data" };
  if (sameShape(known, choice.dataset.kind, kind)) choose(resized(known, kept, choice));
  else choose(recipe(known, dataset, choice.method.kind) ?? kept);
}

function defaultsOfDataset(kind: string): { kind: string } {
  const shown = info.value?.config.dataset;
  return shown?.kind === kind ? shown : { kind };
}

export function chooseMethod(kind: string): void {
  const [known, choice] = [catalogue.value, draft.value];
  if (!known || !choice || choice.method.kind === kind) return;
  const found = recipe(known, choice.dataset, kind);
  if (found) choose({ ...found, ...lengthOf(choice, known), seed: choice.seed ?? 0 });
}

/** Fills the form with a paper's recipe for the data that are chosen. */
export function choosePaper(preset: PresetInfo): void {
  const [known, choice] = [catalogue.value, draft.value];
  const found = known && choice && recipeOfPaper(known, preset, choice);
  if (found) choose(found);
}

/** The length of a run, where a person has set it: another method keeps it. */
function lengthOf(choice: RunConfig, known: Catalogue): Pick<RunConfig, "seconds" | "updates"> | null {
  const { seconds, updates } = recipe(known, choice.dataset, choice.method.kind) ?? choice;
  const own = choice.seconds !== seconds || choice.updates !== updates;
  return own ? { seconds: choice.seconds, updates: choice.updates } : null;
}

function choose(choice: NonNullable<typeof draft.value>): void {
  batch(() => {
    draft.value = choice;
    faults.value = {};
    if (composing.value) rolling.value = false;
  });
}

/** Back to the choice of the run that goes on. */
export function abandonChoice(): void {
  const config = info.value?.config;
  drawing.value = false;
  if (config) choose(choiceOf(config));
}
