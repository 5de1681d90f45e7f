/** The fit to given points over updates: held-out and training points, beside what plain estimates reach. */
import type { ChartColors } from "../theme";
import { band, frame, steps, trace } from "./figures";
import type { Chart, Figure } from "./Plot";
import { series } from "./readings";

/** The lines by their metric. */
export const LINES = {
  nll: "held out",
  nll_train: "training",
  nll_kde: "KDE",
  nll_gaussian: "Gaussian",
} as const;

type Line = keyof typeof LINES;

function strokeOf(name: Line, colors: ChartColors): { color: string; dash: string } {
  if (name === "nll") return { color: colors.ink, dash: "solid" };
  if (name === "nll_train") return { color: colors.data, dash: "solid" };
  return { color: colors.muted, dash: name === "nll_kde" ? "dash" : "dot" };
}

export const fit: Chart = {
  title: "Negative log-likelihood of held-out and of training points over updates",
  figure: (evidence, colors): Figure => {
    const curves = (["nll", "nll_train"] as const).map((name) => ({
      name,
      ...series(evidence.rows, name, evidence.until),
    }));
    const references = (["nll_kde", "nll_gaussian"] as const).flatMap((name) => {
      const y = series(evidence.rows, name, evidence.until).y.at(-1);
      return y === undefined ? [] : [{ name, x: [0, evidence.horizon], y: [y, y] }];
    });
    const known = curves[0]!.y.length > 0;
    return {
      data: [...references, ...curves].map(({ name, x, y }) =>
        trace(x, y, colors.ink, {
          line: { ...strokeOf(name, colors), width: name === "nll" ? 1.5 : 1 },
          hoverinfo: "all",
          hovertemplate: `${LINES[name]}: %{y:.3f} nats<extra></extra>`,
        }),
      ),
      layout: frame(
        colors,
        { r: 42 },
        {
          x: { range: [0, evidence.horizon], showticklabels: false },
          y: {
            ...(known && { range: rangeOf(curves, references) }),
            nticks: 4,
            side: "right",
            showgrid: known,
            showticklabels: known,
            gridcolor: colors.line,
            tickformat: "~g",
          },
        },
        steps(evidence, colors),
      ),
    };
  },
};

/** Nearly all of both curves, and the references that leave room to tell these apart. */
function rangeOf(curves: { y: number[] }[], references: { y: number[] }[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const take = (from: number, to: number) => {
    low = Math.min(low, from);
    high = Math.max(high, to);
  };
  for (const { y } of curves) if (y.length > 0) take(...band(y));
  for (const { y } of references) {
    const at = y[0]!;
    if (at > low - (high - low) && at < high + (high - low)) take(at, at);
  }
  const room = 0.05 * (high - low || 1);
  return [low - room, high + room];
}
