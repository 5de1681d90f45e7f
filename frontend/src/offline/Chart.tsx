/** The distance to the data of all runs against the clock, drawn as lines; a press goes to that time. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Raced, stepAt, timeAt } from "../compare/clock";
import { compared } from "../compare/figures";
import { grid, lineOf, median } from "../compare/spread";
import { significant } from "../words/format";
import type { OfflineRun } from "./runs";
import { called, clock, end, last, place, runs, seek, time, times } from "./state";

const [HEIGHT, RIGHT, BELOW] = [150, 54, 4];
/** Pixels that the chart is wide: its letters keep their size on any screen. */
const width = signal(640);
/** What is drawn: the first of these that a run tells. */
const METRICS = [
  { name: "kl", word: "KL from the data, nats" },
  { name: "frechet", word: "Fréchet distance" },
  { name: "nll", word: "NLL, nats" },
  { name: "loss", word: "loss" },
];
const LEAST = 1e-4;

const LETTERS = ["a", "b", "c", "d"];

export function Chart() {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const size = new ResizeObserver(([entry]) => {
      width.value = Math.max(200, Math.floor(entry!.contentRect.width));
    });
    if (box.current) size.observe(box.current);
    return () => size.disconnect();
  }, []);
  const all = runs.value;
  const metric = METRICS.find(({ name }) => all.some((run) => pointsOf(run, name).length > 1));
  if (!metric) return null;
  const log = metric.name === "kl" || metric.name === "frechet";
  const seeds = Math.max(...all.map(({ repeats }) => 1 + repeats.length));
  const lines = all.map((run) => drawnOf(run, metric.name));
  const values = lines
    .flatMap(({ middle, band }) => [...middle, ...band])
    .map(([, value]) => (log ? Math.max(value, LEAST) : value));
  const high = Math.max(...values);
  const low = Math.min(...values, log ? high / 10 : high);
  const scale = log ? Math.log10 : (value: number) => value;
  const span = scale(high) - scale(low) || 1;
  const x = (at: number) => (at / end.value) * (width.value - RIGHT);
  const y = (value: number) =>
    8 + ((scale(high) - scale(Math.max(value, log ? LEAST : value))) / span) * (HEIGHT - 16 - BELOW);
  const written = (points: Point[]) =>
    points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const press = (event: MouseEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const at = (((event.clientX - box.left) / box.width) * width.value * end.value) / (width.value - RIGHT);
    seek(times.value.findLastIndex((known) => known <= at));
  };
  return (
    <figure ref={box} class="chart">
      <figcaption class="small muted">
        {metric.word}
        {all.map((run, i) => (
          <span key={run.info.id}>
            {" "}
            <i class={`key run-${LETTERS[i]}`} /> {all.length > 1 ? `${called(i)} ` : ""}
            <b class="mono">{now(run, metric.name)}</b>
          </span>
        ))}
        {seeds > 1 && <span>line: median of {seeds} seeds, band: their range</span>}
      </figcaption>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the slider above does the same by keys */}
      <svg
        viewBox={`0 0 ${width.value} ${HEIGHT}`}
        role="img"
        aria-label={`${metric.word} against the clock`}
        onClick={press}
      >
        {ticks(low, high, log).map((tick) => (
          <g key={tick}>
            <line class="rule" x1={0} x2={width.value - RIGHT} y1={y(tick)} y2={y(tick)} />
            <text x={width.value - RIGHT + 6} y={y(tick) + 4}>
              {significant(tick, 2)}
            </text>
          </g>
        ))}
        {lines.map(
          ({ band }, i) =>
            band.length > 0 && (
              <polygon key={all[i]!.info.id} class={`run-${LETTERS[i]}`} points={written(band)} />
            ),
        )}
        {lines.map(({ middle }, i) => (
          <polyline key={all[i]!.info.id} class={`run-${LETTERS[i]}`} points={written(middle)} />
        ))}
        <line class="now" x1={x(time.value)} x2={x(time.value)} y1={0} y2={HEIGHT} />
      </svg>
    </figure>
  );
}

/** Time and value. */
type Point = [number, number];

/** Wherever it was measured. */
function pointsOf(run: Raced, name: string): Point[] {
  return run.rows.flatMap((row) => {
    const value = compared(row.values, name);
    return value === null ? [] : [[timeAt(clock.value, run, row.step), value] as Point];
  });
}

/** The line of a run; of one that is repeated the median, and around it the range as an outline. */
function drawnOf(run: OfflineRun, name: string): { middle: Point[]; band: Point[] } {
  if (run.repeats.length === 0) return { middle: pointsOf(run, name), band: [] };
  const { times, middle, least, greatest } = lineOf(
    [run, ...run.repeats],
    name,
    clock.value,
    grid(end.value),
  );
  const known = (values: (number | null)[]): Point[] =>
    values.flatMap((value, i) => (value === null ? [] : [[times[i]!, value] as Point]));
  return { middle: known(middle), band: [...known(least), ...known(greatest).reverse()] };
}

/** The newest value by now; of a run that is repeated the median of all, and their range. */
function now(run: OfflineRun, name: string): string {
  const whole = place.value >= last.value;
  const found = [run, ...run.repeats].flatMap((one) => {
    const step = whole ? Number.POSITIVE_INFINITY : stepAt(clock.value, one, time.value);
    const row = one.rows.findLast((row) => row.step <= step && compared(row.values, name) !== null);
    return row ? compared(row.values, name)! : [];
  });
  const sorted = found.sort((a, b) => a - b);
  const [middle, least, greatest] = [median(sorted), sorted[0], sorted.at(-1)].map((value) =>
    significant(value, 2),
  );
  return least === greatest ? middle! : `${middle} (${least} to ${greatest})`;
}

/** Powers of ten, or the two ends. */
function ticks(low: number, high: number, log: boolean): number[] {
  if (!log) return [low, high];
  const found: number[] = [];
  for (let power = Math.ceil(Math.log10(low)); power <= Math.floor(Math.log10(high)); power++)
    found.push(10 ** power);
  return found.length > 0 ? found : [low, high];
}
