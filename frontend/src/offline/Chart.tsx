/** The distance to the data of all runs against the clock, drawn as lines; a press goes to that time. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { timeAt } from "../compare/clock";
import { compared } from "../compare/figures";
import { significant } from "../words/format";
import type { OfflineRun } from "./runs";
import { clock, end, runs, seek, steps, time, times } from "./state";

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
  const lines = all.map((run) => pointsOf(run, metric.name));
  const values = lines.flat().map(([, value]) => (log ? Math.max(value, LEAST) : value));
  const high = Math.max(...values);
  const low = Math.min(...values, log ? high / 10 : high);
  const scale = log ? Math.log10 : (value: number) => value;
  const span = scale(high) - scale(low) || 1;
  const x = (at: number) => (at / end.value) * (width.value - RIGHT);
  const y = (value: number) =>
    8 + ((scale(high) - scale(Math.max(value, log ? LEAST : value))) / span) * (HEIGHT - 16 - BELOW);
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
            <i class={`key run-${LETTERS[i]}`} /> {all.length > 1 ? `${run.title} ` : ""}
            <b class="mono">{now(run, metric.name, steps.value[i]!)}</b>
          </span>
        ))}
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
        {lines.map((line, i) => (
          <polyline
            key={all[i]!.info.id}
            class={`run-${LETTERS[i]}`}
            points={line.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
          />
        ))}
        <line class="now" x1={x(time.value)} x2={x(time.value)} y1={0} y2={HEIGHT} />
      </svg>
    </figure>
  );
}

/** Time and value wherever it was measured. */
function pointsOf(run: OfflineRun, name: string): [number, number][] {
  return run.rows.flatMap((row) => {
    const value = compared(row.values, name);
    return value === null ? [] : [[timeAt(clock.value, run, row.step), value] as [number, number]];
  });
}

/** The newest value at an update. */
function now(run: OfflineRun, name: string, step: number): string {
  const row = run.rows.findLast((one) => one.step <= step && compared(one.values, name) !== null);
  return row ? significant(compared(row.values, name)!, 2) : "—";
}

/** Powers of ten, or the two ends. */
function ticks(low: number, high: number, log: boolean): number[] {
  if (!log) return [low, high];
  const found: number[] = [];
  for (let power = Math.ceil(Math.log10(low)); power <= Math.floor(Math.log10(high)); power++)
    found.push(10 ** power);
  return found.length > 0 ? found : [low, high];
}
