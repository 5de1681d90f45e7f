/** Stages beside the page: the same runs, drawn once more in any size. */
import { type DecodedFrame, showsImages } from "../protocol/frame";
import { createImageGrid, type Stage } from "../stage";
import { Stage as Drawn } from "../stage/stage";
import type { Looks } from "./subject";

/** Pixels of a stage to which all that stands on it is in proportion. */
export const NATURAL = 560;
const RANGE = [-1, 1] as const;

export interface Canvas {
  element: HTMLCanvasElement;
  show: (frame: DecodedFrame) => void;
  draw: (now: number) => void;
  /** Null of images. */
  stage: Stage | null;
}

/** A canvas of so many pixels, for what a frame shows. */
export async function canvasOf(looks: Looks, frame: DecodedFrame, pixels: number): Promise<Canvas> {
  const element = document.createElement("canvas");
  if (showsImages(frame)) {
    const grid = createImageGrid(element, { theme: looks.theme, range: RANGE });
    if (looks.source) grid.setSource(looks.source);
    grid.resize(pixels, 1);
    return { element, stage: null, show: (next) => grid.show(next), draw: (now) => grid.draw(now) };
  }
  const stage = new Drawn(element, { theme: looks.theme, finest: Number.POSITIVE_INFINITY });
  stage.resize(NATURAL, pixels / NATURAL);
  stage.setLayers(looks.layers);
  stage.setMode(looks.mode);
  stage.setTruth(looks.truth);
  stage.setAxes(looks.axes);
  stage.look(looks.camera);
  stage.align(looks.scale);
  if (looks.orbit) {
    const { Relief } = await import("../stage/relief");
    stage.setRelief(new Relief(document));
    stage.turn(looks.orbit);
  }
  return { element, stage, show: (next) => stage.show(next), draw: (now) => stage.draw(now) };
}

/** The same with a frame on it, at rest. */
export async function still(looks: Looks, frame: DecodedFrame, pixels: number): Promise<Canvas> {
  const canvas = await canvasOf(looks, frame, pixels);
  canvas.show(frame);
  canvas.draw(0);
  canvas.draw(60_000);
  return canvas;
}
