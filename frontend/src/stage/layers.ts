/** The stage's layers by name, and what is drawn for each over the map. */

import type { Chains } from "./chains";
import { classMark } from "./classes";
import { Contours } from "./contours";
import type { Preview } from "./dropped";
import { Upsampler } from "./field";
import { ENERGY_SPAN, type Moment } from "./modes";
import type { Palette } from "./palette";
import { crossMark, diamondMark, dotMark, headMark, type Mark, stamp, stampAll } from "./points";
import { drawPaths, drawTrails, lead } from "./trails";
import type { Plane } from "./viewport";

/** Every layer in the order of its key, and whether it is shown at first. */
export const LAYERS = {
  energy: true,
  contours: true,
  data: true,
  chains: true,
  score: false,
  generator: true,
  perturbed: true,
  marginals: false,
};
export type LayerName = keyof typeof LAYERS;
/** Which layers are shown; one that is left out is not. */
export type Layers = Partial<Record<LayerName, boolean>>;

/** Side of the grid that contours are traced on. */
const CONTOUR_GRID = 144;
/** Nats above the lowest energy. */
const CONTOUR_LEVELS = [0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/** Marks in the sizes and colours of one stage. */
export interface Marks {
  data: Mark;
  chain: Mark;
  head: Mark;
  generator: Mark;
  perturbed: Mark;
  dropped: Mark;
  droppedDot: Mark;
  /** Of a class of labelled points, drawn when it is first asked for. */
  ofClass: (label: number) => Mark;
}

/** Draws the marks once for a size, a resolution and a palette. */
export function makeMarks(document: Document, size: number, dpr: number, colors: Palette): Marks {
  const unit = Math.max(size / 560, 0.75);
  const classes = new Map<number, Mark>();
  const ofClass = (label: number): Mark => {
    const known = classes.get(label) ?? classMark(document, label, 4.4 * unit, dpr);
    classes.set(label, known);
    return known;
  };
  return {
    ofClass,
    data: dotMark(document, 1.35 * unit, dpr, colors.data, colors.dataRim),
    chain: dotMark(document, 1.3 * unit, dpr, colors.chainTrail, colors.chainRim),
    head: headMark(document, 2.7 * unit, dpr, colors.chainHead, "#ffffff"),
    generator: diamondMark(document, 3 * unit, dpr, colors.generator),
    perturbed: crossMark(document, 2.6 * unit, dpr, colors.data),
    dropped: headMark(document, 3.4 * unit, dpr, colors.accent, "#20160a"),
    droppedDot: dotMark(document, 2 * unit, dpr, colors.accent, "#20160a"),
  };
}

/** Contour lines of a moment, traced on a refined grid. */
export class ContourLayer {
  private readonly contours = new Contours(CONTOUR_GRID);
  private readonly values = new Float32Array(CONTOUR_GRID * CONTOUR_GRID);
  private upsampler: Upsampler | null = null;

  /** `overMap` when viridis lies beneath: bright where the energy is low, so lines are dark there and light elsewhere. */
  draw(context: CanvasRenderingContext2D, plane: Plane, moment: Moment, ink: string, overMap: boolean): void {
    const { energy } = moment;
    const { x, y, extent } = plane;
    const up = this.upsampler;
    const fits = up?.fits(energy, plane, CONTOUR_GRID);
    this.upsampler = fits && up ? up : new Upsampler(energy, { x, y, extent }, CONTOUR_GRID);
    this.upsampler.apply(energy.values, this.values);
    const cell = (2 * extent) / CONTOUR_GRID;
    context.save();
    context.lineWidth = 1;
    context.lineJoin = "bevel";
    const levels = CONTOUR_LEVELS.map((level) => moment.lowest + level);
    const lines = this.contours.lines(this.values, levels);
    for (const [k, level] of CONTOUR_LEVELS.entries()) {
      const bright = overMap && level < 0.4 * ENERGY_SPAN;
      context.strokeStyle = bright ? "#06222b" : ink;
      context.globalAlpha = bright ? 0.5 : level > ENERGY_SPAN ? 0.12 : 0.26;
      context.beginPath();
      for (const line of lines[k] ?? []) {
        let down = false;
        for (let i = 0; i < line.length; i += 2) {
          const [across, along] = [
            ((line[i] as number) + 0.5) * cell,
            ((line[i + 1] as number) + 0.5) * cell,
          ];
          down = lead(context, plane, x - extent + across, y + extent - along, down);
        }
      }
      context.stroke();
    }
    context.restore();
  }
}

/** Trails, dots and heads of the chains of the run. */
export function drawChains(
  context: CanvasRenderingContext2D,
  plane: Plane,
  chains: Chains,
  marks: Marks,
  trail: string,
  progress: number,
): void {
  drawTrails(context, plane, chains, trail, progress);
  if (chains.count > chains.rows.length) stampAll(context, plane, marks.chain, chains.shown);
  for (const row of chains.rows) {
    const x = chains.shown[2 * row] as number;
    stamp(context, plane, marks.head, x, chains.shown[2 * row + 1] as number);
  }
}

/** Paths and heads of the chains that the viewer dropped; a cloud gets small heads. */
export function drawDropped(
  context: CanvasRenderingContext2D,
  plane: Plane,
  preview: Preview,
  marks: Marks,
  color: string,
): void {
  drawPaths(context, plane, preview.chains, color);
  const mark = preview.chains.length > 64 ? marks.droppedDot : marks.dropped;
  for (const chain of preview.chains) stamp(context, plane, mark, chain.x, chain.y);
}
