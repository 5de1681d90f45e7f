/** The charts of a sampling. */

import { frame, trace } from "../charts/figures";
import type { Chart, Figure } from "../charts/Plot";
import type { ChartColors } from "../theme";
import { type Sampled, traceOf } from "./sampling";

const TRACED = 4;

const line = (place: object, color: string, dash: string) => ({
  type: "line",
  line: { color, width: 1, dash },
  ...place,
});

/** How long a chain remembers: mean over the chains, by lag in steps. */
export const autocorrelation: Chart<Sampled | null> = {
  title: "Autocorrelation by lag",
  figure: (sampled, colors): Figure => {
    const [first, second] = sampled?.curves ?? [[], []];
    const lags = first.map((_, lag) => lag);
    const hover = { hoverinfo: "all", hovertemplate: "lag %{x}: %{y:.2f}<extra></extra>" };
    return {
      data: [trace(lags, second, colors.muted, hover), trace(lags, first, colors.chains, hover)],
      layout: frame(
        colors,
        { b: 20, r: 30 },
        {
          x: { range: [0, Math.max(lags.length - 1, 1)], nticks: 5 },
          y: { range: [Math.min(-0.1, ...first, ...second), 1.05], side: "right", tickvals: [0, 0.5, 1] },
        },
        [line({ x0: 0, x1: 1, xref: "paper", y0: 0, y1: 0 }, colors.line, "solid")],
      ),
    };
  },
};

/** x of a few chains, spread evenly over all of them. */
export const traces: Chart<Sampled | null> = {
  title: "x of some chains over their steps",
  figure: (sampled, colors): Figure => {
    if (!sampled) return { data: [], layout: frame(colors, {}, { x: {}, y: {} }) };
    const traced = Math.min(TRACED, sampled.chains);
    const data = Array.from({ length: traced }, (_, i) => {
      const { x, y } = traceOf(sampled, Math.floor((i * sampled.chains) / traced));
      return trace(x, y, shade(i, colors), { line: { color: shade(i, colors), width: 1 }, opacity: 0.85 });
    });
    const warm = sampled.figures.warm_up;
    return {
      data,
      layout: frame(
        colors,
        { b: 20, r: 30 },
        {
          x: { range: [0, sampled.steps], nticks: 5, tickformat: "~s" },
          y: { side: "right", nticks: 4, tickformat: "~g" },
        },
        [line({ x0: warm, x1: warm, y0: 0, y1: 1, yref: "paper" }, colors.muted, "dot")],
      ),
    };
  },
};

const shade = (i: number, colors: ChartColors) =>
  [colors.chains, colors.ink, colors.muted, colors.accent][i % TRACED]!;
