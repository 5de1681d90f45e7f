/** The one chart of a comparison: a metric of all runs against the clock, each read at the same times. */
import type { Trace } from "plotly.js-cartesian-dist-min";
import { frame, translucent } from "../charts/figures";
import type { Chart, Figure } from "../charts/Plot";
import type { RunHistory } from "../run/history";
import type { Clock } from "./clock";
import { DASHES } from "./Sign";
import { grid, type Line, lineOf } from "./spread";

export interface Compared {
  /** A run and its repeats, by letter. */
  groups: { letter: string; method: string; color: string; runs: RunHistory[] }[];
  metric: string;
  clock: Clock;
  /** Where the clock can end, and where it is turned to. */
  end: number;
  cursor: number | null;
  /** Behind what is told at the pointer. */
  background: string;
}

/** Metrics that a comparison draws, in the order in which the first that there is stands for all. */
export const METRICS: { name: string; word: string; log: boolean }[] = [
  { name: "kl", word: "KL", log: true },
  { name: "frechet", word: "Fréchet", log: true },
  { name: "nll", word: "NLL", log: false },
  { name: "sliced_wasserstein", word: "sample distance", log: true },
  { name: "mass_outside", word: "mass outside", log: true },
];

/** Values that a logarithmic axis has no room for. */
const LEAST = 1e-6;

export const comparison: Chart<Compared> = {
  title: "All runs against the clock",
  figure: ({ groups, metric, clock, end, cursor, background }, colors): Figure => {
    const log = METRICS.find(({ name }) => name === metric)?.log ?? false;
    const times = grid(end);
    const kept = (value: number | null) => (value === null || !log ? value : Math.max(value, LEAST));
    const lines = groups.map((group) => {
      const line = lineOf(group.runs, metric, clock, times);
      return {
        ...group,
        line: {
          ...line,
          middle: line.middle.map(kept),
          least: line.least.map(kept),
          greatest: line.greatest.map(kept),
        },
      };
    });
    const seen = lines
      .flatMap(({ line }) => [...line.least, ...line.greatest])
      .filter((value) => value !== null);
    const mark = { color: colors.ink, width: 1, dash: "solid" };
    return {
      data: lines.flatMap((one) => [...band(one.line, one.color), trace(one, metric)]),
      layout: {
        ...frame(
          colors,
          { r: 48, b: 28 },
          {
            x: {
              range: [0, end],
              nticks: 6,
              tickformat: "~s",
              hoverformat: clock === "seconds" ? ".1f" : ",.0f",
              showline: true,
              linecolor: colors.line,
            },
            y: {
              ...(log
                ? { type: "log", dtick: 1, ...(seen.length > 0 && { range: decades(seen) }) }
                : { nticks: 5 }),
              side: "right",
              showgrid: true,
              gridcolor: colors.line,
              tickformat: "~g",
            },
          },
          cursor === null
            ? []
            : [{ type: "line", x0: cursor, x1: cursor, y0: 0, y1: 1, yref: "paper", line: mark }],
        ),
        hovermode: "x unified",
        hoverlabel: { font: { size: 12, color: colors.ink }, bgcolor: background, bordercolor: colors.muted },
      },
    };
  },
};

function trace(
  { letter, method, color, line }: { letter: string; method: string; color: string; line: Line },
  metric: string,
) {
  const digits = metric === "nll" ? ".3f" : ".2~g";
  return {
    type: "scatter",
    mode: "lines",
    name: `${letter} ${method}`,
    x: line.times,
    y: line.middle,
    line: { color, width: 1.75, dash: DASHES[letter] || "solid" },
    hovertemplate: `${letter} ${method}: %{y:${digits}}<extra></extra>`,
  };
}

/** The range of repeats. */
function band(line: Line, color: string): Trace[] {
  if (line.runs < 2) return [];
  const known = line.times.map((_, i) => i).filter((i) => line.least[i] !== null);
  const x = known.map((i) => line.times[i]!);
  const edge = { type: "scatter", mode: "lines", hoverinfo: "skip", line: { width: 0, color } };
  return [
    { ...edge, x, y: known.map((i) => line.least[i]) },
    { ...edge, x, y: known.map((i) => line.greatest[i]), fill: "tonexty", fillcolor: translucent(color) },
  ];
}

/** All of some values and a power of ten at least, as exponents. */
function decades(values: number[]): [number, number] {
  const top = Math.max(...values);
  return [Math.log10(Math.min(...values, top / 10)) - 0.1, Math.log10(top) + 0.1];
}
