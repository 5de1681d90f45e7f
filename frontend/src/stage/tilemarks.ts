/** What is drawn of a tile beside its image: its energy below it, and a frame where it is pointed at. */
import { fixed } from "../words/format";
import { palette, type Theme } from "./palette";

/** CSS pixels of a tile from which on there is room for its energy, and those that this takes. */
export const LABEL = { from: 52, height: 15 } as const;
const FONT = '12px "JetBrains Mono Variable", ui-monospace, monospace';

/** Writes an energy so that it ends above a height of the canvas, in device pixels. */
export function drawEnergy(
  context: CanvasRenderingContext2D,
  energy: number,
  middle: number,
  bottom: number,
  dpr: number,
  theme: Theme,
): void {
  context.save();
  context.scale(dpr, dpr);
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillStyle = palette(theme, false).muted;
  context.fillText(fixed(Math.abs(energy) < 0.005 ? 0 : energy, 2), middle / dpr, bottom / dpr - 3);
  context.restore();
}

/** A frame around an image. */
export function drawFrame(
  context: CanvasRenderingContext2D,
  [left, top, width, height]: [number, number, number, number],
  dpr: number,
  theme: Theme,
): void {
  const line = Math.max(1, Math.round(2 * dpr));
  context.strokeStyle = palette(theme, false).accent;
  context.lineWidth = line;
  context.strokeRect(left - line / 2, top - line / 2, width + line, height + line);
}
