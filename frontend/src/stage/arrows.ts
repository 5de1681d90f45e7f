/** Arrows of the score, minus the gradient of the energy: which way is downhill, and how steep. */

import { type Field, type Sample, sampleField } from "./field";
import type { Plane } from "./viewport";

const GRID = 20;
/** Score at which an arrow is as long as its cell, in nats a unit. */
const STEEP = 30;
/** Nats above the lowest energy over which arrows fade by a factor e. */
const FADE = 12;
const SHADES = 4;

/** Length of an arrow in cells: it grows with the logarithm, so that weak and steep scores both show. */
export function arrowLength(score: number): number {
  return Math.min(Math.log1p(score) / Math.log1p(STEEP), 1);
}

const tail: [number, number] = [0, 0];
const tip: [number, number] = [0, 0];

/** Draws the arrows, fainter where the energy is far above `lowest`. */
export function drawArrows(
  context: CanvasRenderingContext2D,
  plane: Plane,
  energy: Field,
  lowest: number,
  color: string,
): void {
  const cell = (2 * plane.extent) / GRID;
  const shades: number[][] = Array.from({ length: SHADES }, () => []);
  const sample: Sample = { value: 0, dx: 0, dy: 0 };
  for (let row = 0; row < GRID; row++) {
    for (let column = 0; column < GRID; column++) {
      const x = (column + 0.5) * cell - plane.extent + plane.x;
      const y = (row + 0.5) * cell - plane.extent + plane.y;
      sampleField(energy, x, y, sample);
      const steepness = Math.hypot(sample.dx, sample.dy);
      if (!(steepness > 0)) continue;
      const half = (0.45 * cell * arrowLength(steepness)) / steepness;
      const dx = -sample.dx * half;
      const dy = -sample.dy * half;
      const near = Math.exp(-Math.max(sample.value - lowest, 0) / FADE);
      const shade = shades[Math.min(Math.floor(near * SHADES), SHADES - 1)] as number[];
      if (plane.place(x - dx, y - dy, tail) && plane.place(x + dx, y + dy, tip)) shade.push(...tail, ...tip);
    }
  }
  context.save();
  context.strokeStyle = color;
  context.lineWidth = 1;
  for (let k = 0; k < SHADES; k++) {
    context.globalAlpha = 0.25 + (0.65 * k) / (SHADES - 1);
    context.beginPath();
    traceArrows(context, shades[k] as number[], plane.size / 110);
    context.stroke();
  }
  context.restore();
}

/** Adds shafts and heads to the path: x0, y0, x1, y1 of each in pixels; heads are `barb` pixels or 45 % of the shaft. */
function traceArrows(context: CanvasRenderingContext2D, ends: number[], barb: number): void {
  for (let i = 0; i < ends.length; i += 4) {
    const [x0, y0, x1, y1] = ends.slice(i, i + 4) as [number, number, number, number];
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (length < 0.5) continue;
    const size = Math.min(barb, 0.45 * length) / length;
    const bx = (x1 - x0) * size;
    const by = (y1 - y0) * size;
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.moveTo(x1 - bx + 0.6 * by, y1 - by - 0.6 * bx);
    context.lineTo(x1, y1);
    context.lineTo(x1 - bx - 0.6 * by, y1 - by + 0.6 * bx);
  }
}
