/** Accuracy under attack over the attack's radius, of a joint energy model and of a plain classifier. */
import type { Robustness } from "../protocol/wire";
import type { ChartColors } from "../theme";
import { frame, trace } from "./figures";
import type { Chart } from "./Plot";

type Norm = keyof Robustness["radii"];

const TITLES: Record<Norm, string> = {
  linf: "Accuracy over the largest change of a grey value",
  l2: "Accuracy over the length of the change",
};

const colorOf = (name: string, colors: ChartColors) => (name === "joint" ? colors.ink : colors.muted);

/** The lines of one norm. */
export function attacks(norm: Norm): Chart<Robustness | null> {
  return {
    title: TITLES[norm],
    figure: (found, colors) => ({
      data: Object.entries(found?.accuracies ?? {}).map(([name, accuracies]) =>
        trace(found!.radii[norm], accuracies[norm], colorOf(name, colors), {
          mode: "lines+markers",
          line: { color: colorOf(name, colors), width: 1.5, dash: name === "joint" ? "solid" : "dash" },
          marker: { size: 4 },
          hoverinfo: "all",
          hovertemplate: `${name}, radius %{x:.2~f}: %{y:.0%}<extra></extra>`,
        }),
      ),
      layout: frame(
        colors,
        { l: 40, r: 8, t: 10, b: 20 },
        {
          x: { nticks: 4, showticklabels: true, tickformat: "~f" },
          y: {
            range: [-0.03, 1.03],
            tickvals: [0, 0.5, 1],
            tickformat: ".0%",
            showgrid: true,
            gridcolor: colors.line,
          },
        },
      ),
    }),
  };
}
