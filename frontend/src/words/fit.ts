/** How well an energy fits given points, in words: beside plain estimates, and beside the points it learns from. */
import type { MetricRow } from "../protocol/wire";
import { nats, percent } from "./format";

type Metrics = Record<string, number>;

/** Nats that nobody need care about. */
const ALIKE = 0.005;
/** Nats by which the gap between held-out and training points must have opened since the best moment. */
const OPENED = 0.3;
/** Nats in log Z above which a figure is not called exact. */
const EXACT = 0.01;
/** Share of the mass far from all data that is told. */
const STRAYED = 0.05;

/** "0.04 nats better than a KDE"; null where no estimate is at hand. */
export function comparison({ nll, nll_kde, nll_gaussian }: Metrics): string | null {
  if (nll === undefined || nll_kde === undefined) return null;
  const over = nll - nll_kde;
  const beside =
    Math.abs(over) < ALIKE
      ? "As good as a KDE"
      : `${nats(Math.abs(over))} nats ${over < 0 ? "better" : "worse"} than a KDE`;
  const poor = nll_gaussian !== undefined && nll > nll_gaussian + ALIKE;
  return poor ? `${beside}, ${over > ALIKE ? "and" : "but"} worse than a single Gaussian` : beside;
}

/** What is said of an energy that learns its points by heart. */
export function byHeart({ nll, nll_train }: Metrics): string {
  const gap = nats(nll! - nll_train!);
  return `Training points are fitted ${gap} nats better than held-out ones, and this gap has opened: the energy learns them by heart.`;
}

/** Whether the newest two evaluations up to a step show an energy that learns its points by heart.
 *
 * Some gap between the two likelihoods is there from the start: which points are held out is chance. By heart is
 * what opens it further since the moment when held-out points were fitted best, and fits those worse.
 */
export function memorises(rows: MetricRow[], until = Number.POSITIVE_INFINITY): boolean {
  const judged = rows
    .filter(({ step, values }) => step <= until && values.nll !== undefined && values.nll_train !== undefined)
    .map(({ values }) => ({ nll: values.nll!, gap: values.nll! - values.nll_train! }));
  if (judged.length < 3) return false;
  const best = judged.reduce((least, one) => (one.nll < least.nll ? one : least));
  return judged.slice(-2).every(({ nll, gap }) => gap - best.gap > OPENED && nll - best.nll > ALIKE);
}

/** What is said where log Z is known too roughly for figures that are called exact. */
export function doubt({ log_z_error: error }: Metrics): string | null {
  if (error === undefined || error <= EXACT) return null;
  return `Not exact: log Z, and each figure that rests on it, may be wrong by ${nats(error)} nats.`;
}

/** Share of a run before which its mass is not where it has learned to put it: all begin with much of it far away. */
const LEARNED = 0.25;

/** What is said where much of the mass lies where no data are, once so much of a run is made that this means something. */
export function strayed({ mass_outside: outside }: Metrics, progress = 1): string | null {
  if (outside === undefined || outside < STRAYED || progress < LEARNED) return null;
  return `${percent(outside)} of the mass lies far from all data: this is no density of them. What is learned at the data alone does not see it; go on longer, or raise the far margin.`;
}

/** What is said where the energy shown is that of another update than the last. */
export function keptWords(step: string, metrics: Metrics): string {
  return `The energy shown is that of update ${step}, ${bestBy(metrics)}.`;
}

/** How the best moment of a run is found. */
export function bestBy(metrics: Metrics): string {
  return metrics.kl === undefined ? "the best by held-out points" : "the nearest to the truth";
}
