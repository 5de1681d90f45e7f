/** Charts of what only some methods have: any series of numbers that a frame carries, as a histogram or over noise levels. */
import type { DecodedFrame } from "../protocol/frame";
import { frame, trace, translucent } from "./figures";
import type { Chart, Figure } from "./Plot";

/** Series that are shown elsewhere. */
const ELSEWHERE = /^(data_energies|sample_energies|labels|noise_levels)$|_map$|^tile_|^energies_of_/;
/** The axis that the other series of as many numbers stand over. */
const LEVELS = "noise_levels";
const FEWEST = 5;
const BINS = 24;

export interface Series {
  name: string;
  title: string;
  chart: Chart;
}

const charts = new Map<string, Series>();

/** The series of a frame, in a fixed order, by the titles that its method gives; the same gives the same chart. */
export function seriesOf(shown: DecodedFrame | null, titles: Record<string, string> = {}): Series[] {
  return Object.entries(shown?.arrays ?? {})
    .filter(
      ([name, { shape, values }]) => shape.length === 1 && values.length >= FEWEST && !ELSEWHERE.test(name),
    )
    .map(([name]) => name)
    .sort()
    .map((name) => {
      const title = titles[name] ?? name.replaceAll("_", " ");
      const known = charts.get(title) ?? chartOf(name, title);
      charts.set(title, known);
      return known;
    });
}

function chartOf(name: string, title: string): Series {
  const figure: Chart["figure"] = ({ frame: shown }, colors): Figure => {
    const values = finite(shown?.arrays[name]?.values);
    const levels = shown?.arrays[LEVELS]?.values;
    const over = levels && levels.length === shown?.arrays[name]?.values.length;
    const { x, y, more } = over
      ? { x: [...levels], y: [...(shown?.arrays[name]?.values ?? [])], more: { mode: "lines+markers" } }
      : { ...histogram(values, BINS), more: {} };
    const line = { color: colors.ink, width: 1.5, ...(!over && { shape: "hvh" }) };
    const fill = over ? {} : { fill: "tozeroy", fillcolor: translucent(colors.ink) };
    const top = 1.1 * Math.max(...y.filter(Number.isFinite), 1e-9);
    return {
      data:
        values.length === 0 ? [] : [trace(x, y, colors.ink, { line, marker: { size: 4 }, ...fill, ...more })],
      layout: frame(
        colors,
        { b: 20, r: over ? 42 : 0 },
        {
          x: {
            showline: true,
            linecolor: colors.muted,
            nticks: 5,
            tickformat: "~g",
            ...(over && { type: "log", dtick: "D2" }),
          },
          y: { range: [0, top], showticklabels: Boolean(over), side: "right", nticks: 3, tickformat: "~g" },
        },
      ),
    };
  };
  return { name, title, chart: { title, figure } };
}

const finite = (values: Float32Array | undefined): number[] => [...(values ?? [])].filter(Number.isFinite);

/** Counts in bins of equal width from the least to the greatest, at their centres; whole numbers get whole bins. */
export function histogram(values: number[], most: number): { x: number[]; y: number[] } {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((greatest, value) => Math.max(greatest, value), Number.NEGATIVE_INFINITY);
  if (!(high >= low)) return { x: [], y: [] };
  const whole = values.every(Number.isInteger);
  const width = whole ? Math.max(1, Math.ceil((high - low + 1) / most)) : (high - low || 1) / most;
  const bins = whole ? Math.ceil((high - low + 1) / width) : most;
  const y = new Array<number>(bins).fill(0);
  for (const value of values) y[Math.min(bins - 1, Math.floor((value - low) / width))]!++;
  return { x: y.map((_, i) => low + (i + 0.5) * width - (whole ? 0.5 : 0)), y };
}
