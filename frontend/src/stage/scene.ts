/** What stands on the stage at a moment, whichever way it is drawn. */

import type { Units } from "../protocol/units";
import type { Chains } from "./chains";
import type { Labelled } from "./classes";
import type { Preview } from "./dropped";
import type { Layers } from "./layers";
import type { Theme } from "./palette";
import type { Terrain } from "./terrain";
import type { Viewport } from "./viewport";

export interface Scene {
  theme: Theme;
  layers: Layers;
  viewport: Viewport;
  /** Device pixels a CSS pixel. */
  dpr: number;
  /** Half the width of the whole map. */
  whole: number;
  units: Units;
  /** What x and y are called, where they have names. */
  axes: readonly [string, string] | null;
  terrain: Terrain;
  chains: Chains;
  /** How far the chains are to their next positions. */
  chainProgress: number;
  preview: Preview;
  data: Float32Array;
  labelled: Labelled;
  generator: Float32Array;
  perturbed: Float32Array;
}

/** A way to draw it. */
export interface Drawing {
  draw(context: CanvasRenderingContext2D, scene: Scene): void;
  /** Drops what was drawn for another size, theme or view. */
  restyle(): void;
}
