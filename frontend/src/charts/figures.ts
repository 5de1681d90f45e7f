/** The charts of the lab as pure functions from the evidence to Plotly figures. */

import type { ChartColors } from "../theme";
import type { Chart, Figure } from "./Plot";
import { density, type Evidence, quantile, series, smoothed } from "./readings";

const FONT = '"JetBrains Mono Variable", ui-monospace, monospace';

export function frame(
  colors: ChartColors,
  margin: Record<string, number>,
  axes: { x: object; y: object },
  shapes: object[] = [],
) {
  const axis = {
    zeroline: false,
    showgrid: false,
    tickfont: { size: 12, color: colors.muted, family: FONT },
    fixedrange: true,
    ticks: "",
  };
  return {
    margin: { l: 0, r: 0, t: 4, b: 4, pad: 0, ...margin },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: FONT, size: 12, color: colors.muted },
    showlegend: false,
    hovermode: "x",
    hoverlabel: { font: { family: FONT, size: 12 } },
    xaxis: { ...axis, ...axes.x },
    yaxis: { ...axis, ...axes.y },
    shapes,
  };
}

/** Vertical hairlines where something was changed, at the moment that is kept, and where the replay stands. */
export function steps({ marks, kept, cursor }: Evidence, colors: ChartColors): object[] {
  const line = (x: number, color: string, dash: string) => ({
    type: "line",
    x0: x,
    x1: x,
    y0: 0,
    y1: 1,
    yref: "paper",
    line: { color, width: 1, dash },
  });
  return [
    ...marks.map(({ step, undone }) => line(step, undone === null ? colors.accent : colors.muted, "dot")),
    ...(kept === null ? [] : [line(kept, colors.muted, "dash")]),
    ...(cursor === null ? [] : [line(cursor, colors.ink, "solid")]),
  ];
}

export const trace = (x: number[], y: number[], color: string, more: object = {}) => ({
  type: "scatter",
  mode: "lines",
  x,
  y,
  line: { color, width: 1.5 },
  hoverinfo: "none",
  ...more,
});

/** The history of one figure: on a logarithmic axis, with a hairline at each power of ten, where it is a distance. */
export function curve(name: string, title: string, unit: string, scale: "log" | "linear"): Chart {
  return {
    title,
    figure: (evidence, colors): Figure => {
      const { x, y } = series(evidence.rows, name, evidence.until);
      const shown = scale === "log" ? y.map((value) => (value > 0 ? value : 1e-6)) : y;
      const least = evidence.reached?.[name];
      const seen = least === undefined ? shown : [...shown, least];
      const measured = `${scale === "log" ? "%{y:.2~g}" : "%{y:.3f}"}${unit && ` ${unit}`}`;
      return {
        data: [
          trace(x, shown, colors.ink, {
            hoverinfo: "all",
            hovertemplate: `update %{x:,}: ${measured}<extra></extra>`,
          }),
        ],
        layout: frame(
          colors,
          { r: 42 },
          {
            x: { range: [0, evidence.horizon], showticklabels: false },
            y: {
              ...(scale === "log"
                ? { type: "log", dtick: 1, ...(y.length > 0 && { range: decades(seen) }) }
                : { nticks: 4, ...(y.length > 0 && { range: band(shown) }) }),
              side: "right",
              showgrid: y.length > 0,
              showticklabels: y.length > 0,
              gridcolor: colors.line,
              tickformat: "~g",
            },
          },
          [...steps(evidence, colors), ...level(least, colors)],
        ),
      };
    },
  };
}

/** A hairline at the best that was reached. */
function level(least: number | undefined, colors: ChartColors): object[] {
  if (least === undefined) return [];
  const line = { color: colors.muted, width: 1, dash: "dash" };
  return [{ type: "line", x0: 0, x1: 1, xref: "paper", y0: least, y1: least, line }];
}

/** All of some positive values and a power of ten at least, as exponents. */
function decades(values: number[]): [number, number] {
  const top = Math.max(...values, 1e-3);
  const bottom = Math.min(...values, top / 10);
  return [Math.log10(bottom) - 0.12, Math.log10(top) + 0.12];
}

/** Nearly all of some values; outliers, and the first moments of a run, may lie beyond. */
export function band(values: number[]): [number, number] {
  const sorted = values.slice(Math.floor(values.length / 20)).sort((a, b) => a - b);
  const [low, high] = sorted.length > 1 ? [quantile(sorted, 0.01), quantile(sorted, 0.99)] : [0, 1];
  const room = 0.1 * (high - low || 1);
  return [low - room, high + room];
}

/** A loss: every value faintly, their running mean on top. */
export const loss: Chart = {
  title: "Loss over updates",
  figure: (evidence, colors): Figure => {
    const { x, y } = series(evidence.rows, "loss", evidence.until);
    const mean = smoothed(y, 12);
    return {
      data: [
        trace(x, y, colors.muted, { opacity: 0.4, line: { color: colors.muted, width: 1 } }),
        trace(x, mean, colors.ink, {
          hoverinfo: "all",
          hovertemplate: "update %{x:,}: %{y:.3g}<extra></extra>",
        }),
      ],
      layout: frame(
        colors,
        { r: 42 },
        {
          x: { range: [0, evidence.horizon], showticklabels: false },
          y: {
            ...(y.length > 0 && { range: band(y) }),
            side: "right",
            nticks: 3,
            showgrid: y.length > 0,
            showticklabels: y.length > 0,
            gridcolor: colors.line,
            tickformat: "~g",
          },
        },
        steps(evidence, colors),
      ),
    };
  },
};

/** How the energies of data and of samples are spread: the two agree when the model is right. */
export const energies: Chart = {
  title: "Energies of data and samples",
  figure: ({ frame: shown }, colors): Figure => {
    const data = shown?.arrays.data_energies?.values ?? new Float32Array();
    const samples = shown?.arrays.sample_energies?.values ?? new Float32Array();
    const color = shown?.arrays.generator ? colors.generator : colors.chains;
    const all = Float32Array.from([...data, ...samples]).sort();
    const [low, high] = all.length > 1 ? [quantile(all, 0.005), quantile(all, 0.985)] : [0, 1];
    const room = 0.15 * (high - low || 1);
    const range: [number, number] = [low - room, high + room];
    const bins = 96;
    const x = Array.from({ length: bins }, (_, i) => range[0] + ((i + 0.5) / bins) * (range[1] - range[0]));
    const curves = [density(data, ...range, bins), density(samples, ...range, bins)] as const;
    const fill = (color: string) => ({ fill: "tozeroy", fillcolor: translucent(color) });
    return {
      data:
        all.length === 0
          ? []
          : [trace(x, curves[0], colors.data, fill(colors.data)), trace(x, curves[1], color, fill(color))],
      layout: frame(
        colors,
        { b: 20 },
        {
          x: {
            range,
            showline: true,
            linecolor: colors.muted,
            nticks: 5,
            tickformat: "~g",
            showticklabels: all.length > 0,
          },
          y: { range: [0, 1.1 * Math.max(...curves[0], ...curves[1], 1e-6)], showticklabels: false },
        },
      ),
    };
  },
};

/** A hex colour at a fifth of its strength. */
export function translucent(hex: string): string {
  const value = Number.parseInt(hex.replace("#", ""), 16);
  return `rgba(${value >> 16}, ${(value >> 8) & 255}, ${value & 255}, 0.2)`;
}
