/** The stage of the page: the canvas under everything that moves. */

import { ImageGrid, type ImageGridOptions } from "./imagegrid";
import { Stage, type StageOptions } from "./stage";

export { labelledOf } from "./classes";
export { differenceColors } from "./colormap";
export { APART, DROPS, type Drop } from "./dropped";
export { fillSheet, gridSide, type ImageSource, SIDE } from "./imagegrid";
export { LAYERS, type LayerName, type Layers } from "./layers";
export type { Mode, Scale } from "./modes";
export { FRONT, HIGHEST_TILT, LOWEST_TILT, type Orbit, turned } from "./orbit";
export type { Theme } from "./palette";
export type { Relief } from "./relief";
export type { Readout } from "./terrain";
export { type Camera, HOME, panned, zoomed } from "./viewport";
export type { ImageGrid, Stage };

/** A stage for points in the plane on a canvas of its own. */
export function createStage(canvas: HTMLCanvasElement, options: StageOptions): Stage {
  return new Stage(canvas, options);
}

/** A grid of tiles for images on a canvas of its own. */
export function createImageGrid(canvas: HTMLCanvasElement, options: ImageGridOptions): ImageGrid {
  return new ImageGrid(canvas, options);
}
