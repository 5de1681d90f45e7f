/** What the tiles show of a run on images, and what is known of the tile under the pointer. */
import { computed, signal } from "@preact/signals";
import type { DecodedFrame, NumericArray } from "../protocol/frame";
import { gridSide, type ImageSource, SIDE } from "../stage";
import { imageOf } from "../ways/way";
import { shownFrame } from "./unlearned";

/** The sources that a person can choose from, in their order. */
const SOURCES: ImageSource[] = ["generator", "chains", "perturbed", "data"];

/** The source that a person has chosen; null leaves it to the method. */
export const chosenSource = signal<ImageSource | null>(null);

/** The sources that the frame has. */
export const sources = computed<ImageSource[]>(() => sourcesOf(shownFrame.value));

/** What is shown: the generator's samples where there is one, else chains; data before anything is trained. */
export const source = computed<ImageSource>(() => {
  const has = sources.value;
  const chosen = chosenSource.value;
  return chosen && has.includes(chosen) ? chosen : (usual(has) ?? "data");
});

const usual = (has: ImageSource[]) => has.find((name) => name !== "perturbed");

function sourcesOf(frame: DecodedFrame | null): ImageSource[] {
  return SOURCES.filter((name) => frame?.arrays[name]?.shape.length === 4);
}

/** The tile that is pointed at, by its number. */
export const pointedAt = signal<number | null>(null);

export interface Tile {
  number: number;
  energy: number | null;
  /** The nearest image of the data, its class where there are several, and how far it is. */
  nearest: { image: NumericArray; label: number | null; distance: number } | null;
}

/** What the frame tells of the tile that is pointed at. */
export const tile = computed<Tile | null>(() => {
  const [frame, number] = [shownFrame.value, pointedAt.value];
  return frame && number !== null ? tileOf(frame, source.value, number) : null;
});

export function tileOf(frame: DecodedFrame, shown: ImageSource, number: number): Tile | null {
  const images = frame.arrays[shown];
  if (!images || number >= Math.min(images.shape[0]!, SIDE * SIDE)) return null;
  const told = isTold(frame, shown);
  const { tile_nearest: nearest, tile_classes: classes, tile_distances: distances } = frame.arrays;
  const known = told && shown !== "data" && nearest && distances;
  return {
    number,
    energy: energiesOf(frame, shown)?.[number] ?? null,
    nearest: known
      ? {
          image: imageOf(nearest, number),
          label: classes?.values[number] ?? null,
          distance: distances.values[number]!,
        }
      : null,
  };
}

/** The energy of each tile of a source, where the frame has them. */
export function energiesOf(frame: DecodedFrame, shown: ImageSource): Float32Array | null {
  const name = shown === "data" ? "data_energies" : isTold(frame, shown) ? "tile_energies" : "";
  return frame.arrays[name]?.values ?? null;
}

/** Whether what a frame tells of tiles is told of this source. */
const isTold = (frame: DecodedFrame, shown: ImageSource) => shown === usual(sourcesOf(frame));

/** The tile under a place of a square canvas so wide. */
export function tileAt(x: number, y: number, width: number, count: number): number | null {
  const side = gridSide(count);
  const [column, row] = [Math.floor((x / width) * side), Math.floor((y / width) * side)];
  const number = row * side + column;
  return column >= 0 && row >= 0 && column < side && number < count ? number : null;
}

/** The tile that an arrow key leads to. */
export function tileBeside(number: number | null, key: string, count: number): number | null {
  const side = gridSide(count);
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -side, ArrowDown: side }[key];
  if (by === undefined) return null;
  const next = number === null ? 0 : number + by;
  return next >= 0 && next < count ? next : number;
}
