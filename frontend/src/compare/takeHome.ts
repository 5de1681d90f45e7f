/** What a comparison hands on to be taken home: its runs on their clock, as they are looked at. */
import { type Subject, subject } from "../export/subject";
import { lastAt } from "../run/history";
import { commonScale } from "../stage/modes";
import { titleOf } from "../state";
import { chartColors, theme } from "../theme";
import { frameOf, stageOf } from "./canvases";
import { type Compared, comparison, METRICS } from "./chart";
import { stepAt, timeAt } from "./clock";
import {
  camera,
  clock,
  dropped,
  histories,
  images,
  layers,
  letterOf,
  members,
  mode,
  orbit,
  scale,
  time,
  truth,
} from "./state";
import { CLOCK_TERMS } from "./terms";
import { sourceOf } from "./tiles";

/** Opens the dialog for the comparison; its chart shows what it shows now. */
export function takeHome(chart: Compared): void {
  subject.value = subjectOf(chart);
}

function subjectOf(chart: Compared): Subject | null {
  const runs = histories.value;
  if (runs.some(({ keyframes }) => keyframes.length === 0)) return null;
  const times = [
    ...new Set(runs.flatMap((run) => run.keyframes.map(({ step }) => timeAt(clock.value, run, step)))),
  ].sort((a, b) => a - b);
  const at = (now: number) =>
    runs.map((run) => {
      const step = stepAt(clock.value, run, now);
      return run.keyframes[Math.max(0, lastAt(run.keyframes, step))]!.step;
    });
  const seeds = Math.max(...members.value.map(({ repeats }) => 1 + repeats.length));
  const here = times.findLastIndex((known) => known <= time.value * (1 + 1e-9));
  return {
    name: `comparison-${runs[0]!.info.config.dataset.kind}`,
    runs: members.value.map(({ history, film, repeats }, i) => ({
      id: history.info.id,
      repeats: repeats.map(({ info }) => ({ id: info.id, seed: info.config.seed })),
      title: `${letterOf(i)} ${titleOf(history.info.config.method.kind)}`,
      film,
      frame: frameOf(i),
    })),
    moments: times.map(at),
    here: Math.max(0, here),
    clock: clock.value,
    looks: {
      theme: theme.value,
      layers: layers.value,
      mode: mode.value === "difference" && !truth.value ? "energy" : mode.value,
      camera: camera.value,
      orbit: orbit.value,
      truth: truth.value,
      axes: null,
      source: images.value ? sourceOf(frameOf(0)) : null,
      dropped: dropped.value > 0,
      scale:
        (scale.value === "common" && commonScale(runs.map((_, i) => stageOf(i)?.scale ?? null))) || "own",
    },
    charts: [
      {
        name: METRICS.find(({ name }) => name === chart.metric)?.word ?? chart.metric,
        x: `${CLOCK_TERMS[clock.value].word}${clock.value === "seconds" ? " of one core" : ""}${seeds > 1 ? ` (line: median of ${seeds} seeds, band: their range)` : ""}`,
        y: METRICS.find(({ name }) => name === chart.metric)?.word ?? chart.metric,
        figure: () => comparison.figure(chart, chartColors.value),
      },
    ],
  };
}
