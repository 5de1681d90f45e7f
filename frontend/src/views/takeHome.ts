/** What the lab hands on to be taken home: the run on its stage, as it is looked at. */
import { energies, loss } from "../charts/figures";
import type { Chart } from "../charts/Plot";
import { evidence } from "../charts/readings";
import { type Subject, subject } from "../export/subject";
import { showsImages } from "../protocol/frame";
import { keyframeAt, loadedFilm } from "../run/replay";
import {
  camera,
  dropped,
  info,
  metrics,
  mode,
  moment,
  nameOf,
  orbit,
  shownLayers,
  stored,
  truth,
} from "../state";
import { chartColors, theme } from "../theme";
import { headline } from "../words/quality";
import { axesCalled } from "./called";
import { chartOf } from "./Evidence";
import { source } from "./tiles";
import { shownFrame } from "./unlearned";

/** Opens the dialog for the run on the stage. */
export function takeHome(): void {
  subject.value = subjectOfLab();
}

function subjectOfLab(): Subject | null {
  const [run, film] = [info.value, loadedFilm()];
  if (!run || !film) return null;
  const { keyframes } = film;
  const figure = (chart: Chart) => () => chart.figure(evidence.value, chartColors.value);
  const distance = headline(metrics.value);
  return {
    name: stored.value ? "stored-run" : `run-${run.id}`,
    runs: [
      {
        id: stored.value ? null : run.id,
        title: nameOf(run.config),
        repeats: [],
        film,
        frame: shownFrame.value,
      },
    ],
    moments: keyframes.map(({ step }) => [step]),
    here: moment.value === null ? keyframes.length - 1 : keyframeAt(keyframes, moment.value),
    clock: "updates",
    looks: {
      theme: theme.value,
      layers: shownLayers.value,
      mode: mode.value,
      camera: camera.value,
      orbit: orbit.value,
      truth: truth.value,
      axes: axesCalled.value,
      source: shownFrame.value && showsImages(shownFrame.value) ? source.value : null,
      dropped: dropped.value > 0,
      scale: null,
    },
    charts: [
      ...(distance
        ? [
            {
              name: distance.label,
              x: "update",
              y: `${distance.label}${distance.unit && `, ${distance.unit}`}`,
              figure: figure(chartOf(distance.name, metrics.value, false)),
            },
          ]
        : []),
      { name: "energies", x: "energy, nats", y: "data and samples", figure: figure(energies) },
      { name: "loss", x: "update", y: "loss", figure: figure(loss) },
    ],
  };
}
