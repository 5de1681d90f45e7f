/** Axes and legend of the stage: thin, inside of its edges, out of the way. */

import { cssColor, LEVELS, viridis } from "./colormap";
import { colors, type Mode } from "./modes";
import type { Theme } from "./palette";
import type { View } from "./view";

const TICKS = [-4, -2, 0, 2, 4];
const MINOR_TICKS = [-3, -1, 1, 3];
const FONT = '12px "JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace';

/** What the colours mean: two ends of a bar, read from left to right. */
export interface Legend {
  title: string;
  low: string;
  high: string;
  /** CSS colours at equal distances. */
  stops: string[];
}

/** The legend of a mode; `lo` and `hi` bound its colours, `peak` is the brightest density. */
export function legend(mode: Mode, theme: Theme, lo: number, hi: number, peak: number): Legend {
  const table = mode === "density" ? viridis : colors(mode, theme);
  const stops = Array.from({ length: 9 }, (_, i) =>
    cssColor(table[Math.round((i / 8) * (LEVELS - 1))] as number),
  );
  if (mode === "energy") {
    const span = hi - lo;
    return { title: "E \u2212 min, nats", low: "0", high: span.toFixed(span < 10 ? 1 : 0), stops };
  }
  if (mode === "difference") {
    return { title: "model \u2212 truth", low: `\u2212${figure(hi)}`, high: `+${figure(hi)}`, stops };
  }
  if (mode === "uncertainty" || mode === "softmax") {
    return { title: "1 \u2212 max p(y|x)", low: "0", high: figure(hi), stops };
  }
  return { title: mode === "truth" ? "true p(x)" : "p(x)", low: "0", high: figure(peak), stops };
}

/** Two significant digits, without an exponent where that is shorter. */
function figure(value: number): string {
  return value >= 0.001 && value < 1000 ? String(Number(value.toPrecision(2))) : value.toExponential(1);
}

/** Writes in the ink, over a faint halo of the other shade so that it reads on any part of the map. */
function write(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

/** Draws ticks along the lower and the left edge. */
export function drawAxes(context: CanvasRenderingContext2D, view: View, ink: string, halo: string): void {
  context.save();
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.font = FONT;
  context.lineWidth = 1;
  context.globalAlpha = 0.45;
  context.beginPath();
  for (const tick of [...TICKS, ...MINOR_TICKS]) {
    const length = TICKS.includes(tick) ? 5 : 3;
    const x = Math.round(view.px(tick)) + 0.5;
    const y = Math.round(view.py(tick)) + 0.5;
    context.moveTo(x, view.size);
    context.lineTo(x, view.size - length);
    context.moveTo(0, y);
    context.lineTo(length, y);
  }
  context.stroke();
  context.globalAlpha = 0.7;
  context.strokeStyle = halo;
  context.lineWidth = 3;
  context.lineJoin = "round";
  const labels = view.size < 420 ? TICKS.filter((tick) => Math.abs(tick) === 4 || tick === 0) : TICKS;
  for (const tick of labels) {
    const text = String(tick).replace("-", "\u2212");
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    write(context, text, view.px(tick) - (tick < 0 ? 3.5 : 0), view.size - 9);
    if (labels !== TICKS && tick < 0) continue;
    context.textAlign = "left";
    context.textBaseline = "middle";
    write(context, text, 9, view.py(tick));
  }
  context.restore();
}

const BAR = { width: 96, height: 5 };

/** Draws the legend in the upper right corner. */
export function drawLegend(
  context: CanvasRenderingContext2D,
  view: View,
  legend: Legend,
  ink: string,
  halo: string,
): void {
  const right = view.size - 12;
  const left = right - BAR.width;
  const top = 26;
  context.save();
  context.font = FONT;
  context.fillStyle = ink;
  context.strokeStyle = halo;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.globalAlpha = 0.85;
  context.textBaseline = "alphabetic";
  context.textAlign = "right";
  write(context, legend.title, right, top - 7);
  context.textBaseline = "top";
  write(context, legend.high, right, top + BAR.height + 4);
  context.textAlign = "left";
  write(context, legend.low, left, top + BAR.height + 4);
  const gradient = context.createLinearGradient(left, 0, right, 0);
  legend.stops.forEach((stop, i) => {
    gradient.addColorStop(i / (legend.stops.length - 1), stop);
  });
  context.globalAlpha = 1;
  context.fillStyle = gradient;
  context.fillRect(left, top, BAR.width, BAR.height);
  context.restore();
}
