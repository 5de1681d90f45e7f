/** A drawing is kept by the server as a file is: sent when it has changed, and fetched to go on with it. */
import { headingsOf, ownPoints, PLAIN, recall, send } from "../form/points";
import * as api from "../protocol/api";
import { readNpy } from "../protocol/npy";
import { unitsOf } from "../protocol/units";
import type { Catalogue, OwnPoints, PlugInConfig } from "../protocol/wire";
import { classesOf, className, type Drawn } from "./drawn";
import { drawn, headings, names, take, takeOwn } from "./state";
import { isLabelled, jsonOf } from "./table";

/** The drawing that the server has. */
let kept: { drawn: Drawn; points: OwnPoints } | null = null;

/** Sends the drawing, unless the server has it. Throws a `Refusal`. */
export async function keep(): Promise<OwnPoints> {
  const now = drawn.value;
  if (kept?.drawn === now) return kept.points;
  const [x, y, classes] = headings.value;
  const labels = isLabelled(now) ? classes : null;
  // classes are sent by number, which keeps their order, and so their marks
  const called =
    labels && names.value.length > 0 ? classesOf(now).map((one) => className(one, names.value)) : null;
  const file = new File([jsonOf(now, headings.value)], "drawing.json");
  const points = await send(file, { columns: [x, y], labels }, called);
  kept = { drawn: now, points };
  return points;
}

/** Puts the points of a data set on the stage to draw on them; another begins with nothing, or goes on with
 * what was begun with nothing. Throws a `Refusal` where the points are gone.
 */
export async function takeUp(dataset: PlugInConfig, known: Catalogue): Promise<void> {
  const own = known.datasets.find(({ kind }) => kind === dataset.kind);
  const [values, classes] = [own?.table, own?.classes].map((name) => (name ? dataset[name] : null)) as {
    digest: string;
  }[];
  if (!values) {
    takeOwn();
    return;
  }
  if (kept?.points.digest === values.digest && kept.drawn === drawn.value) return;
  const [points, labels] = await Promise.all([
    api.pointsFile(values.digest),
    classes ? api.pointsFile(classes.digest) : null,
    recall(values.digest),
  ]);
  const table = readNpy(points).values;
  const loaded = {
    points: table,
    classes: labels ? Uint8Array.from(readNpy(labels).values) : new Uint8Array(table.length / 2),
  };
  const read = ownPoints(dataset) as OwnPoints;
  take(loaded, unitsOf(read.window), labels ? read.class_names : [], headingsOf(read) ?? PLAIN);
  kept = { drawn: loaded, points: read };
}
