/** The two charts of a sweep: a map over two fields, and lines through all of them. */
import type { Trace } from "plotly.js-cartesian-dist-min";
import { frame } from "../charts/figures";
import type { Chart, Figure } from "../charts/Plot";
import type { Json, SweepRun } from "../protocol/wire";
import { type Cell, isWide, lessIsBetter, placeAmong, placeOf, valuesOf } from "./reading";
import { fieldWord, figureWord, numberWord, valueWord } from "./words";

export interface Mapped {
  cells: Cell[];
  across: string;
  down: string | null;
  figure: string;
}

/** Cells that have room for their numbers. */
const ROOM = 12;

export const map: Chart<Mapped> = {
  title: "Map of a figure over two fields; the table below has the same in words",
  figure: ({ cells, across, down, figure }, colors): Figure => {
    const known = cells.flatMap(({ value }) => value ?? []);
    const wide = known.length > 0 && isWide(known);
    const xs = valuesAlong(cells.map(({ x }) => x));
    const ys = valuesAlong(cells.map(({ y }) => y));
    const rows = <T>(of: (cell: Cell) => T) =>
      ys.map((_, i) => cells.slice(i * xs.length, (i + 1) * xs.length).map(of));
    const told = ({ value, failed, ended, runs }: Cell) => {
      const number = numberWord(value, failed > 0) || "not yet";
      return `${number}, ${ended} of ${runs.length} ended${failed ? `, ${failed} failed` : ""}`;
    };
    const heat: Trace = {
      type: "heatmap",
      x: xs.map((value) => valueWord(across, value)),
      y: ys.map((value) => valueWord(down ?? "", value)),
      z: rows(({ value }) => (value === null ? null : wide ? Math.log10(value) : value)),
      customdata: rows(({ runs }) => runs.map(({ key }) => key).join(" ")),
      hovertext: rows(told),
      hovertemplate: "%{y} %{x}: %{hovertext}<extra></extra>",
      hoverongaps: false,
      colorscale: "Viridis",
      reversescale: lessIsBetter(figure),
      showscale: false,
      xgap: 2,
      ygap: 2,
      ...(xs.length <= ROOM && {
        text: rows(({ value, failed }) => numberWord(value, failed > 0)),
        texttemplate: "%{text}",
        textfont: { size: 12 },
      }),
    };
    const axis = {
      fixedrange: true,
      type: "category",
      automargin: true,
      tickfont: { size: 12, color: colors.ink },
    };
    return {
      data: [heat],
      layout: {
        ...frame(colors, { l: 8, r: 8, t: 8, b: 8 }, { x: axis, y: { ...axis, autorange: "reversed" } }),
        hovermode: "closest",
        hoverlabel: { font: { size: 12 } },
      },
    };
  },
};

const valuesAlong = (all: (Json | null)[]) => [
  ...new Map(all.map((one) => [JSON.stringify(one), one])).values(),
];

export interface Lines {
  runs: SweepRun[];
  axes: string[];
  figure: string;
  /** Behind the words on an axis. */
  background: string;
}

/** Shades of the lines: a trace each, so that thousands of runs are few traces. */
const SHADES = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#dde318"];

export const lines: Chart<Lines> = {
  title: "All fields of each run and what it came to; the table below has the same in words",
  figure: ({ runs, axes, figure, background }, colors): Figure => {
    const ended = runs.filter(({ figures }) => figures[figure] !== undefined);
    const all = ended.map(({ figures }) => figures[figure]!);
    const values = axes.map((path) => valuesOf(runs, path));
    const right = axes.length;
    const shades = SHADES.map((color) => ({
      type: "scatter",
      mode: "lines+markers",
      x: [] as (number | null)[],
      y: [] as (number | null)[],
      customdata: [] as (string | null)[],
      hovertext: [] as string[],
      hovertemplate: "%{hovertext}<extra></extra>",
      line: { color, width: 1.5 },
      marker: { color, size: 5 },
      connectgaps: false,
    }));
    for (const run of ended) {
      const good = placeAmong(run.figures[figure]!, all);
      const share = lessIsBetter(figure) ? 1 - good : good;
      const shade = shades[Math.min(SHADES.length - 1, Math.floor(share * SHADES.length))]!;
      const told = `${figureWord(figure)} ${numberWord(run.figures[figure], false)}: ${Object.entries(
        run.values,
      )
        .map(([path, value]) => `${fieldWord(path)} ${valueWord(path, value)}`)
        .join(", ")}`;
      axes.forEach((path, i) => {
        if (path in run.values) shade.x.push(i) && shade.y.push(placeOf(run.values[path]!, values[i]!));
      });
      shade.x.push(right, null);
      shade.y.push(good, null);
      while (shade.customdata.length < shade.x.length) {
        shade.customdata.push(run.key);
        shade.hovertext.push(told);
      }
    }
    const marks = [
      ...axes.flatMap((path, i) => labels(i, values[i]!, (value) => valueWord(path, value))),
      ...(all.length > 0 ? ends(right, all) : []),
    ];
    const titles = [...axes.map(fieldWord), figureWord(figure)].map((text, i) => ({
      x: i,
      y: 1.08,
      text: `<b>${text}</b>`,
      showarrow: false,
      xanchor: i === 0 ? "left" : i === right ? "right" : "center",
      font: { size: 12, color: colors.ink },
    }));
    const hidden = { showticklabels: false, visible: false };
    return {
      data: shades.filter(({ x }) => x.length > 0),
      layout: {
        ...frame(
          colors,
          { l: 12, r: 12, t: 8, b: 8 },
          { x: { ...hidden, range: [-0.12, right + 0.12] }, y: { ...hidden, range: [-0.06, 1.16] } },
          Array.from({ length: right + 1 }, (_, i) => ({
            type: "line",
            layer: "below",
            x0: i,
            x1: i,
            y0: 0,
            y1: 1,
            line: { color: colors.muted, width: 1 },
          })),
        ),
        annotations: [
          ...titles,
          ...marks.map(({ at, ...mark }) => ({
            ...mark,
            x: at,
            showarrow: false,
            xanchor: at === right ? "right" : "left",
            xshift: at === right ? -6 : 6,
            font: { size: 12, color: colors.ink },
            bgcolor: background,
          })),
        ],
        hovermode: "closest",
        hoverlabel: { font: { size: 12 } },
      },
    };
  },
};

interface Mark {
  at: number;
  y: number;
  text: string;
}

/** What stands beside an axis: each value where there are few, else its ends. */
function labels(at: number, values: Json[], word: (value: Json) => string): Mark[] {
  const few = values.length <= ROOM ? values : [values[0]!, values.at(-1)!];
  return few.map((value) => ({ at, y: placeOf(value, values), text: word(value) }));
}

function ends(at: number, values: number[]): Mark[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const all = least === most ? [least] : [least, most];
  return all.map((value) => ({ at, y: placeAmong(value, values), text: numberWord(value, false) }));
}
