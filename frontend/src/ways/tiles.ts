/** What a frame tells of each of its images, which stand as tiles, and which tile is where. */
import type { DecodedFrame, NumericArray } from "../protocol/frame";
import { gridSide, type ImageSource, SIDE } from "../stage";
import { imageOf } from "./way";

/** The sources that a person can choose from, in their order. */
const SOURCES: ImageSource[] = ["generator", "chains", "perturbed", "data"];

/** The sources that a frame has. */
export function sourcesOf(frame: DecodedFrame | null): ImageSource[] {
  return SOURCES.filter((name) => frame?.arrays[name]?.shape.length === 4);
}

/** What is shown of some sources unless a person chooses: samples rather than data, and no data with noise. */
export const usual = (has: ImageSource[]) => has.find((name) => name !== "perturbed");

/** What a tile of each source is called. */
export const CALLED: Record<ImageSource, string> = {
  chains: "Chain",
  generator: "Generator sample",
  perturbed: "Noisy image",
  data: "Image",
};

export interface Tile {
  number: number;
  energy: number | null;
  /** The nearest image of the data, its class where there are several, and how far it is. */
  nearest: { image: NumericArray; label: number | null; distance: number } | null;
}

/** What the frame tells of a tile of a source; null where it has none of that number. */
export function tileOf(frame: DecodedFrame, shown: ImageSource, number: number): Tile | null {
  if (number >= tilesOf(frame, shown)) return null;
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

/** How many tiles a frame has of a source. */
export const tilesOf = (frame: DecodedFrame | null, shown: ImageSource) =>
  Math.min(frame?.arrays[shown]?.shape[0] ?? 0, SIDE * SIDE);

/** The image of a tile, as a copy, since the frame may be renewed in place. */
export function imageOfTile(frame: DecodedFrame, shown: ImageSource, number: number): NumericArray {
  const { shape, values } = imageOf(frame.arrays[shown]!, number);
  return { shape, values: values.slice() };
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
