/** Axes and legend of the stage: thin, inside of its edges, out of the way. */

import type { Units } from "../protocol/units";
import { cssColor, LEVELS, viridis } from "./colormap";
import { colors, type Mode } from "./modes";
import type { Turned } from "./orbit";
import type { Palette, Theme } from "./palette";
import type { Viewport } from "./viewport";

const FONT = '12px "JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace';
/** Pixels that a digit is wide. */
const DIGIT = 7.2;
/** Where the labels of the left edge begin. */
const LEFT = 9;

interface Tick {
  at: number;
  label: string | null;
}

/** What the colours mean: two ends of a bar, read from left to right. */
export interface Legend {
  title: string;
  low: string;
  high: string;
  /** CSS colours at equal distances. */
  stops: string[];
}

/** The legend of a mode; `lo` and `hi` bound its colours, `peak` is the brightest density.
 *
 * With `log`, what an energy is below −log p, its ends are those of −log p. A difference is from what `other` names.
 */
export function legend(
  mode: Mode,
  theme: Theme,
  lo: number,
  hi: number,
  peak: number,
  log: number | null = null,
  other = "truth",
): Legend {
  const table = mode === "density" ? viridis : colors(mode, theme);
  const stops = Array.from({ length: 9 }, (_, i) =>
    cssColor(table[Math.round((i / 8) * (LEVELS - 1))] as number),
  );
  if (mode === "energy" && log !== null) {
    const [low, high] = [lo + log, hi + log].map((end) => end.toFixed(1).replace("-", "\u2212"));
    return { title: "\u2212log p, nats", low: low!, high: high!, stops };
  }
  if (mode === "energy") {
    const span = hi - lo;
    return { title: "E \u2212 min, nats", low: "0", high: span.toFixed(span < 10 ? 1 : 0), stops };
  }
  if (mode === "difference") {
    return { title: `model \u2212 ${other}`, low: `\u2212${figure(hi)}`, high: `+${figure(hi)}`, stops };
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

/** Round numbers on an axis, about five with a label, and the positions they stand at. */
export function ticks(extent: number, center: number, unit: number): Tick[] {
  const raw = (2 * extent * unit) / 6;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * (raw / power > 5 ? 10 : raw / power > 2 ? 5 : raw / power > 1 ? 2 : 1);
  const [low, high] = [center - 0.96 * extent * unit, center + 0.96 * extent * unit];
  const write = writer(Math.max(Math.abs(low), Math.abs(high)), step);
  const found: Tick[] = [];
  for (let i = Math.ceil((2 * low) / step); i <= (2 * high) / step; i++) {
    const value = (i * step) / 2;
    found.push({ at: (value - center) / unit, label: i % 2 === 0 ? write(value) : null });
  }
  return found;
}

/** Writes an axis' round numbers with the digits that tell one from the next, by powers of ten where that is
 * much shorter. */
function writer(largest: number, step: number): (value: number) => string {
  const finest = Math.floor(Math.log10(step) + 1e-9);
  const plain = (value: number) => value.toFixed(Math.min(100, Math.max(0, -finest)));
  const short = (value: number) => {
    if (Math.abs(value) < step / 2) return "0";
    const power = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
    return value.toExponential(Math.max(0, power - finest)).replace("e+", "e");
  };
  const chosen = plain(largest).length - short(largest).length > 3 ? short : plain;
  return (value) =>
    chosen(value)
      .replace(/^-(0(\.0*)?)$/, "$1")
      .replaceAll("-", "\u2212");
}

/** Draws ticks along the lower and the left edge; above `top` stands something else. */
export function drawAxes(
  context: CanvasRenderingContext2D,
  viewport: Viewport,
  units: Units,
  ink: string,
  halo: string,
  top = 0,
): void {
  const along = (at: number, axis: 0 | 1) =>
    ticks(viewport.extent, units.center[axis] + at * units.unit[axis], units.unit[axis]).map((tick) => ({
      ...tick,
      at: tick.at + at,
    }));
  const across = along(viewport.x, 0);
  const up = along(viewport.y, 1);
  context.save();
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.font = FONT;
  context.lineWidth = 1;
  context.globalAlpha = 0.45;
  context.beginPath();
  for (const { at, label } of across) {
    const x = Math.round(viewport.px(at)) + 0.5;
    context.moveTo(x, viewport.size);
    context.lineTo(x, viewport.size - (label ? 5 : 3));
  }
  for (const { at, label } of up) {
    const y = Math.round(viewport.py(at)) + 0.5;
    context.moveTo(0, y);
    context.lineTo(label ? 5 : 3, y);
  }
  context.stroke();
  context.globalAlpha = 0.7;
  context.strokeStyle = halo;
  context.lineWidth = 3;
  context.lineJoin = "round";
  const labels = placed(across, up, viewport);
  labels.up = labels.up.filter(({ y }) => y > top);
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (const { text, x } of labels.across) write(context, text, x, viewport.size - 9);
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { text, y } of labels.up) write(context, text, LEFT, y);
  context.restore();
}

/** A name with so much of it as there is room for. */
const short = (name: string, most: number) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);

/** Where the name of y ends. */
export const BELOW_NAME = 34;

/** Writes what x and y are called at the ends of their axes, above the labels and beside them. */
export function nameAxes(
  context: CanvasRenderingContext2D,
  { size }: Viewport,
  [x, y]: readonly [string, string],
  ink: string,
  halo: string,
  inset = 0,
): void {
  const most = Math.floor(size / 2.6 / DIGIT);
  context.save();
  context.font = FONT;
  context.fillStyle = ink;
  context.strokeStyle = halo;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.globalAlpha = 0.85;
  context.textBaseline = "alphabetic";
  context.textAlign = "right";
  write(context, short(x, most), size - 9 - inset, size - 25);
  context.textAlign = "left";
  write(context, short(y, most), LEFT, 19 + inset);
  context.restore();
}

/** Draws the square under a surface, with ticks along its two near edges. */
export function drawBox(
  context: CanvasRenderingContext2D,
  turned: Turned,
  units: Units,
  { ink, halo }: Palette,
  names: readonly [string, string] | null = null,
): void {
  const { x, y, extent } = turned.window;
  const [right, far] = turned.farEdges;
  const spot = [0, 0, 0];
  const place = (u: number, v: number): [number, number] => {
    turned.place(u, v, 0, spot);
    return [spot[0]!, spot[1]!];
  };
  context.save();
  context.strokeStyle = ink;
  context.globalAlpha = 0.45;
  context.lineWidth = 1;
  context.beginPath();
  for (const [u, v] of [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
    [-1, -1],
  ] as const)
    context.lineTo(...place(u, v));
  const labels: { text: string; at: [number, number] }[] = [];
  for (const axis of [0, 1] as const) {
    const middle = units.center[axis] + (axis === 0 ? x : y) * units.unit[axis];
    for (const { at, label } of ticks(extent, middle, units.unit[axis])) {
      const along = at / extent;
      const edge = (beyond: number): [number, number] =>
        axis === 0 ? place(along, -far * beyond) : place(-right * beyond, along);
      context.moveTo(...edge(1));
      context.lineTo(...edge(label ? 1.04 : 1.025));
      if (label) labels.push({ text: label, at: edge(1.12) });
    }
    if (names)
      labels.push({
        text: short(names[axis], 24),
        at: axis === 0 ? place(0, -far * 1.36) : place(-right * 1.36, 0),
      });
  }
  context.stroke();
  context.globalAlpha = 0.7;
  context.font = FONT;
  context.fillStyle = ink;
  context.strokeStyle = halo;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const { text, at } of labels) write(context, text, ...at);
  context.restore();
}

/** The labels that have room, with the middle of each: clear of the edges and of one another. */
export function placed(across: Tick[], up: Tick[], viewport: Viewport) {
  const { size } = viewport;
  const narrow = size < 420;
  const width = (text: string) => text.length * DIGIT;
  const upward = textsOf(up)
    .map(({ text, at }) => ({ text, y: viewport.py(at) }))
    .filter((_, i, all) => !(narrow && all.length > 4) || i % 2 === 0)
    .filter(({ y }) => size - y >= (narrow ? 40 : 10));
  const corner = upward.find(({ y }) => size - y < 28);
  const left = corner ? LEFT + width(corner.text) + DIGIT : 0;
  const along = textsOf(across)
    .map(({ text, at }) => ({ text, x: viewport.px(at) - (text.startsWith("\u2212") ? DIGIT / 2 : 0) }))
    .filter(({ text, x }) => x - width(text) / 2 > left && x + width(text) / 2 < size);
  const touch = along.some(({ text, x }, i) => i > 0 && x - along[i - 1]!.x < width(text) + DIGIT);
  return {
    across: along.filter((_, i) => !(touch || (narrow && along.length > 4)) || i % 2 === 0),
    up: upward,
  };
}

const textsOf = (ticks: Tick[]) =>
  ticks.flatMap(({ at, label }) => (label === null ? [] : [{ text: label, at }]));

const BAR = { width: 96, height: 5 };

/** Draws the legend in the upper right corner, so many pixels further in, on a plate: the map may be bright there. */
export function drawLegend(
  context: CanvasRenderingContext2D,
  viewport: Viewport,
  legend: Legend,
  { ink, plate }: Palette,
  inset = 0,
): void {
  const right = viewport.size - 12 - inset;
  const left = right - BAR.width;
  const top = 26 + inset;
  context.save();
  context.font = FONT;
  const wide = Math.max(BAR.width, legend.title.length * DIGIT);
  context.fillStyle = plate;
  context.beginPath();
  context.roundRect(right - wide - 6, top - 22, wide + 12, BAR.height + 44, 4);
  context.fill();
  context.fillStyle = ink;
  context.textBaseline = "alphabetic";
  context.textAlign = "right";
  context.fillText(legend.title, right, top - 7);
  context.textBaseline = "top";
  context.fillText(legend.high, right, top + BAR.height + 4);
  context.textAlign = "left";
  context.fillText(legend.low, left, top + BAR.height + 4);
  const gradient = context.createLinearGradient(left, 0, right, 0);
  legend.stops.forEach((stop, i) => {
    gradient.addColorStop(i / (legend.stops.length - 1), stop);
  });
  context.fillStyle = gradient;
  context.fillRect(left, top, BAR.width, BAR.height);
  context.restore();
}
