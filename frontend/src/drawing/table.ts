/** A drawing as a file, to be saved and to be sent. Every number has the digits that give it back. */
import { type Headings, PLAIN } from "../form/points";
import { classesOf, className, compacted, countOf, type Drawn } from "./drawn";

/** The server takes a column for classes where there are so many rows for each. */
const ROWS_A_CLASS = 5;

/** Whether the classes can be learned: more than one, each with some points. */
export function isLabelled(drawn: Drawn): boolean {
  const classes = classesOf(drawn).length;
  return classes > 1 && countOf(drawn) >= ROWS_A_CLASS * classes;
}

/** A table of text with names of columns: x, y, and class where there is more than one, by its name. */
export function csvOf(drawn: Drawn, names: readonly string[] = [], headings: Headings = PLAIN): string {
  const used = classesOf(drawn);
  const called = used.map((label, rank) => cell(names.length > 0 ? className(label, names) : String(rank)));
  const labels = used.length > 1 ? compacted(drawn).map((rank) => called[rank]) : null;
  const rows = Array.from({ length: countOf(drawn) }, (_, i) => {
    const point = `${drawn.points[2 * i]},${drawn.points[2 * i + 1]}`;
    return labels ? `${point},${labels[i]}` : point;
  });
  const header = headings
    .slice(0, labels ? 3 : 2)
    .map(cell)
    .join(",");
  return `${[header, ...rows].join("\n")}\n`;
}

const cell = (name: string) => (/[",;|\s]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);

/** The same by columns, as the server takes it without a question about its dialect. */
export function jsonOf(drawn: Drawn, [x, y, label]: Headings = PLAIN): string {
  const column = (from: number) => Array.from(drawn.classes, (_, i) => drawn.points[2 * i + from]!);
  const classes = isLabelled(drawn) ? { [label]: compacted(drawn) } : {};
  return JSON.stringify({ [x]: column(0), [y]: column(1), ...classes });
}
