/** The measured table of a comparison: its rows as numbers and as text, and as CSV and Markdown. */
import { count, nats, percent, significant } from "../words/format";
import type { Judged } from "./claims";
import { type Figures, NEAR, type Reached } from "./figures";

export interface Row {
  name: string;
  unit: string;
  /** What the figure is, by its name in the glossary or among the page's terms. */
  explains: string;
  value: (figures: Figures) => number | null;
  write: (value: number) => string;
  /** Which of two is better; left out where neither is. */
  better?: "less" | "more";
  /** The same of real data, in small type. */
  floor?: (figures: Figures) => number | null;
}

/** Where on the clock a table is of. */
export interface Moment {
  /** "gradient evaluations". */
  clock: string;
  unit: string;
  at: number;
  /** How far the clock goes. */
  end: number;
}

function momentText({ clock, unit, at, end }: Moment): string {
  const [shown, whole] = [at, end].map((time) => `${unit ? significant(time, 3) : count(Math.round(time))}`);
  return at < end ? `At ${shown} of ${whole} ${clock}.` : `At the newest moment, ${whole} ${clock}.`;
}

const short = (value: number) => significant(value, 3);
const grouped = (value: number) => (value < 1e5 ? count(value) : significant(value, 3));

const near = (distance: number): Row[] => {
  const at = (name: keyof Reached) => (figures: Figures) => figures.reached[distance]?.[name] ?? null;
  return [
    {
      name: `time to KL ${distance}`,
      unit: "s",
      explains: "reached",
      value: at("seconds"),
      write: (value) => value.toFixed(1),
      better: "less",
    },
  ];
};

export const ROWS: Row[] = [
  {
    name: "time of one core",
    unit: "s",
    explains: "seconds",
    value: (one) => one.seconds,
    write: (value) => value.toFixed(1),
  },
  { name: "updates", unit: "", explains: "updates", value: (one) => one.updates, write: grouped },
  {
    name: "gradient evaluations",
    unit: "",
    explains: "gradient_evaluations",
    value: (one) => one.evaluations,
    write: grouped,
  },
  {
    name: "value evaluations",
    unit: "",
    explains: "value_evaluations",
    value: (one) => one.values,
    write: grouped,
  },
  {
    name: "weights of the energy",
    unit: "",
    explains: "energy_parameters",
    value: (one) => one.weights,
    write: grouped,
  },
  {
    name: "weights beside it",
    unit: "",
    explains: "other_parameters",
    value: (one) => one.beside,
    write: grouped,
  },
  { name: "KL", unit: "nats", explains: "kl", value: (one) => one.kl, write: nats, better: "less" },
  {
    name: "KL at the best temperature",
    unit: "nats",
    explains: "kl_best_temperature",
    value: (one) => one.klBestTemperature,
    write: nats,
    better: "less",
  },
  {
    name: "best temperature",
    unit: "",
    explains: "best_temperature",
    value: (one) => one.bestTemperature,
    write: short,
  },
  {
    name: "NLL",
    unit: "nats",
    explains: "nll",
    value: (one) => one.nll,
    write: (value) => significant(value, 4),
    better: "less",
  },
  {
    name: "Fréchet distance",
    unit: "",
    explains: "frechet",
    value: (one) => one.frechet,
    write: short,
    better: "less",
    floor: (one) => one.frechetFloor,
  },
  {
    name: "mass outside",
    unit: "",
    explains: "mass_outside",
    value: (one) => one.massOutside,
    write: percent,
    better: "less",
  },
  {
    name: "modes in the density",
    unit: "",
    explains: "mode_coverage",
    value: (one) => one.modesOfEnergy,
    write: percent,
    better: "more",
  },
  {
    name: "modes found by samples",
    unit: "",
    explains: "sample_coverage",
    value: (one) => one.modesOfSamples,
    write: percent,
    better: "more",
  },
  {
    name: "sample distance",
    unit: "",
    explains: "sliced_wasserstein",
    value: (one) => one.distance,
    write: short,
    better: "less",
    floor: (one) => one.distanceFloor,
  },
  ...NEAR.flatMap(near),
];

/** The rows that at least one run has, and the times to a distance wherever a KL is measured. */
export function rowsOf(all: Figures[]): Row[] {
  const measured = all.some(({ kl }) => kl !== null);
  return ROWS.filter((row) =>
    row.explains === "reached" ? measured : all.some((one) => row.value(one) !== null),
  );
}

/** The runs that are best in a row; none where all are, or nothing is better than another. */
export function best(row: Row, all: Figures[]): Figures[] {
  const found = all.flatMap((one) => {
    const value = row.value(one);
    return value === null ? [] : [{ one, value: beside(row.floor?.(one) ?? null, value) }];
  });
  if (!row.better || found.length < 2) return [];
  const values = found.map(({ value }) => value);
  const top = row.better === "less" ? Math.min(...values) : Math.max(...values);
  const winners = found.filter(({ value }) => row.write(value) === row.write(top));
  return winners.length === found.length ? [] : winners.map(({ one }) => one);
}

/** What a figure is compared by: where real data have one too, how many times as much; as much is best, less is chance. */
const beside = (floor: number | null, value: number) => (floor ? Math.max(1, value / floor) : value);

/** A figure as it stands in the table, and the same of real data where that is known. */
export function cell(row: Row, figures: Figures): { text: string; floor: string | null } {
  const value = row.value(figures);
  if (value === null) return { text: row.explains === "reached" ? "not yet" : "—", floor: null };
  const floor = row.floor?.(figures) ?? null;
  return { text: row.write(value), floor: floor === null ? null : row.write(floor) };
}

/** The least and the greatest of the seeds of which a figure is the median; null where it is of one run. */
export function range(row: Row, { seeds }: Figures): [number, number] | null {
  const values = (seeds ?? []).flatMap((one) => row.value(one) ?? []);
  return row.better && values.length > 1 ? [Math.min(...values), Math.max(...values)] : null;
}

/** "0.011 to 0.020" of a range, as it stands in the table; null too where both are written alike. */
export function rangeText(row: Row, figures: Figures): string | null {
  const [least, greatest] = range(row, figures)?.map(row.write) ?? [];
  return least === greatest ? null : `${least} to ${greatest}`;
}

function inLine(row: Row, figures: Figures): string {
  const { text, floor } = cell(row, figures);
  const asides = [rangeText(row, figures), floor === null ? null : `real ${floor}`].filter(Boolean);
  return asides.length === 0 ? text : `${text} (${asides.join(", ")})`;
}

const heading = ({ letter, method, seeds }: Figures) =>
  `${letter} ${method}${seeds ? `, median of ${seeds.length} seeds` : ""}`;
const titled = ({ name, unit }: Row) => (unit ? `${name}, ${unit}` : name);

/** As CSV: the moment that it is of, full numbers, a column a run, the floors in rows of their own. */
export function csvOf(all: Figures[], claims: Judged[], { clock, unit, at, end }: Moment): string {
  const lines: (string | number | null)[][] = [
    ["figure", "unit", ...all.map(heading)],
    [`moment shown, in ${clock}`, unit, ...all.map(() => at)],
    [`so far, in ${clock}`, unit, ...all.map(() => end)],
  ];
  for (const row of rowsOf(all)) {
    lines.push([row.name, row.unit, ...all.map(row.value)]);
    const ranges = all.map((one) => range(row, one));
    if (ranges.some(Boolean)) {
      lines.push([`${row.name}, least of the seeds`, row.unit, ...ranges.map((one) => one?.[0] ?? null)]);
      lines.push([`${row.name}, greatest of the seeds`, row.unit, ...ranges.map((one) => one?.[1] ?? null)]);
    }
    if (row.floor) lines.push([`${row.name} of real data`, row.unit, ...all.map(row.floor)]);
  }
  lines.push([], ["run", "kind", "claim", "verdict", "measured"]);
  for (const { letter, method, kind, words, finding } of claims)
    lines.push([`${letter} ${method}`, kind, words, finding.verdict, finding.words]);
  return lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

function quoted(value: string | number | null): string {
  if (value === null) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** As Markdown: what the page shows, and of what moment. */
export function markdownOf(title: string, all: Figures[], claims: Judged[], moment: Moment): string {
  const line = (cells: string[]) => `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  const figures = rowsOf(all).map((row) => line([titled(row), ...all.map((one) => inLine(row, one))]));
  const findings = claims.map(({ letter, method, kind, words, finding }) =>
    line([`${letter} ${method}`, kind, words, finding.verdict, finding.words]),
  );
  return [
    `## ${title}`,
    "",
    momentText(moment),
    "",
    line(["", ...all.map(heading)]),
    line(["---", ...all.map(() => "---:")]),
    ...figures,
    "",
    line(["run", "", "the lecture says", "", "these runs"]),
    line(["---", "---", "---", "---", "---"]),
    ...findings,
    "",
  ].join("\n");
}
