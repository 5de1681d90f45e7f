/** The lecture's table of strengths and weaknesses, and what runs say to each claim: rules, and nothing but numbers in. */
import { count, duration, nats, percent, significant } from "../words/format";
import type { Family, Figures } from "./figures";

export type Verdict = "borne out" | "not borne out" | "open";

export interface Finding {
  verdict: Verdict;
  /** What was measured, as a phrase. */
  words: string;
}

interface Claim {
  family: Family;
  kind: "strength" | "weakness";
  /** As the lecture has it. */
  words: string;
  /** What a run of the family says to it, beside all runs. */
  judge: (run: Figures, all: Figures[]) => Finding;
}

export interface Judged extends Omit<Claim, "judge"> {
  letter: string;
  method: string;
  finding: Finding;
}

/** Nats within which a map looks right: the distance whose time is compared, or else the wider one. */
const [NEAR, WIDER] = ["0.05", "0.1"];
/** How often as long something must take to be called slow, and by how much a KL may rise and be called steady. */
const [SLOW, STEADY] = [1.5, 2];
/** Times whose ratio is less differ by chance. */
const EQUAL = 1.05;
/** KL below which a rise says nothing: it is within the noise of the figure. */
const SMALL = 0.02;

const open = (words: string): Finding => ({ verdict: "open", words });
const says = (borne: boolean, words: string): Finding => ({
  verdict: borne ? "borne out" : "not borne out",
  words,
});
const times = (ratio: number) => `${significant(ratio, 2)} times`;
const named = ({ letter, method }: Figures) => `${letter}, ${method}`;

/** "reached 0.05 after 1.9 s, 4.1 times sooner than persistent": borne out where it was sooner than each rival. */
function efficient(run: Figures, all: Figures[]): Finding {
  const rivals = all.filter(({ family }) => family !== run.family);
  const near = [NEAR, WIDER].find((distance) => run.reached[distance]);
  if (!near) {
    const faster = rivals.find(({ reached }) => reached[WIDER]);
    const stands = run.kl === null ? unmeasured(run) : `KL is ${nats(run.kl)} after ${duration(run.seconds)}`;
    return faster
      ? says(false, `${WIDER} is not reached: ${stands}; ${named(faster)} has reached it`)
      : open(stands);
  }
  const own = run.reached[near]!.seconds;
  const after = `reached ${near} after ${duration(own)}`;
  const others = rivals.map((rival) => ({ rival, at: rival.reached[near]?.seconds ?? null }));
  if (others.length === 0) return open(`${after}; no run of another family is beside it`);
  const sooner = others.filter(({ at }) => at === null || at > own);
  const slowest = [...others].sort((a, b) => (b.at ?? Infinity) - (a.at ?? Infinity))[0]!;
  const quickest = [...others].sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity))[0]!;
  if (sooner.length < others.length)
    return says(false, `${after}, ${times(own / quickest.at!)} later than ${named(quickest.rival)}`);
  return says(
    true,
    slowest.at === null
      ? `${after}; ${named(slowest.rival)} has not in ${duration(slowest.rival.seconds)}`
      : `${after}, ${times(slowest.at / own)} sooner than ${named(slowest.rival)}`,
  );
}

/** Why nothing is known of a KL. */
const unmeasured = ({ frechet }: Figures) =>
  frechet === null ? "its KL is not measured" : "it is about a KL, which cannot be had of images";

/** Whether the KL stays down once it was low. */
function steadiness(run: Figures): { steady: boolean; words: string } | null {
  if (run.failed) return { steady: false, words: `it failed at update ${count(run.updates)}` };
  if (run.best === null || run.worstAfterBest === null) return null;
  const steady = run.worstAfterBest <= Math.max(STEADY * run.best, SMALL);
  const words = steady
    ? run.worstAfterBest > run.best
      ? `after its best KL, ${nats(run.best)}, it rose to ${nats(run.worstAfterBest)} at most`
      : `its newest KL, ${nats(run.best)}, is its best`
    : `after its best KL, ${nats(run.best)}, it rose to ${nats(run.worstAfterBest)}`;
  return { steady, words };
}

function stable(run: Figures): Finding {
  const found = steadiness(run);
  return found ? says(found.steady, found.words) : open(unmeasured(run));
}

function unstable(run: Figures): Finding {
  const found = steadiness(run);
  return found ? says(!found.steady, found.words) : open(unmeasured(run));
}

const anUpdate = ({ seconds, updates }: Figures) => (updates > 0 ? seconds / updates : null);

function slow(run: Figures, all: Figures[]): Finding {
  const own = anUpdate(run);
  const rivals = all.filter(
    ({ family, ...rival }) => family !== run.family && anUpdate({ family, ...rival }),
  );
  if (own === null || rivals.length === 0)
    return open(
      all.some(({ family }) => family !== run.family)
        ? "no run of another family has made an update yet"
        : "no run of another family is beside it",
    );
  const quickest = rivals.reduce((a, b) => (anUpdate(a)! <= anUpdate(b)! ? a : b));
  const ratio = own / anUpdate(quickest)!;
  const cost = `an update takes ${significant(1000 * own, 2)} ms`;
  const [ours, theirs] = [evaluated(run), evaluated(quickest)];
  const points =
    ours === null || theirs === null
      ? ""
      : `, and ${significant(ours, 3)} evaluations to its ${significant(theirs, 3)}`;
  const share = ratio > EQUAL ? `${times(ratio)} as long as` : ratio < 1 / EQUAL ? "less than" : "as long as";
  return says(ratio > SLOW, `${cost}, ${share} ${named(quickest)}${points}`);
}

/** Points whose energy an update evaluates, with a gradient or without. */
function evaluated({ evaluations, values, updates }: Figures): number | null {
  return evaluations === null || updates === 0 ? null : (evaluations + (values ?? 0)) / updates;
}

function mixes(run: Figures): Finding {
  if (run.modesOfSamples === null) return open("these data have no separate modes to find");
  const found = `its chains found ${percent(run.modesOfSamples)} of the modes with these settings`;
  return run.modesOfSamples < 1 ? says(true, found) : says(false, found);
}

function images(run: Figures, all: Figures[]): Finding {
  if (run.frechet === null) return open("it is about images; in the plane there is no convolution");
  // a hybrid's samples come from chains on its gradient too
  const rivals = all.filter(
    ({ family, frechet }) => family !== run.family && family !== "hybrid" && frechet !== null,
  );
  if (rivals.length === 0)
    return open(`Fréchet distance ${significant(run.frechet)}; no other family is beside it`);
  const best = rivals.reduce((a, b) => (a.frechet! <= b.frechet! ? a : b));
  const words = `Fréchet distance ${significant(run.frechet)}, ${named(best)} has ${significant(best.frechet)}`;
  return says(run.frechet < best.frechet!, words);
}

/** Efficient sampling is worth something where the samples are right. */
function sampling(run: Figures): Finding {
  const once = "a sample is one pass of the generator, without a step on the energy";
  if (run.distance === null || run.distanceFloor === null) return open(once);
  const far = run.distance / run.distanceFloor;
  return says(far < 2, `${once}; its samples are ${times(far)} as far from the data as other data are`);
}

function doubled(run: Figures): Finding {
  if (run.weights === null || run.beside === null) return open("its weights are not counted yet");
  const ratio = (run.weights + run.beside) / run.weights;
  const words = `${count(run.weights)} weights of the energy and ${count(run.beside)} of the generator: ${times(ratio)} as many`;
  return says(ratio >= 1.8, words);
}

/** What is far from the data is not trained: mass that lies there, and modes whose weights are wrong. */
function vicinity(run: Figures): Finding {
  if (run.massOutside === null) return open("where its mass lies is not measured");
  const modes = run.modesOfEnergy;
  const wrong = run.massOutside > 0.005 || (modes !== null && modes < 1);
  const told = modes === null ? "" : `, and ${percent(modes)} of the modes have their weight`;
  return says(wrong, `${percent(run.massOutside)} of its mass lies outside of the map${told}`);
}

/** In the order of the lecture. */
export const CLAIMS: Claim[] = [
  {
    family: "mcmc",
    kind: "strength",
    words: "Sampling by the energy’s own gradient is a good inductive bias",
    judge: images,
  },
  { family: "mcmc", kind: "weakness", words: "Slow: sequential MCMC at each update", judge: slow },
  { family: "mcmc", kind: "weakness", words: "Tricky to tune so that chains mix quickly", judge: mixes },
  { family: "learned_sampler", kind: "strength", words: "Efficient training", judge: efficient },
  { family: "learned_sampler", kind: "strength", words: "Efficient sampling", judge: sampling },
  {
    family: "learned_sampler",
    kind: "weakness",
    words: "Unstable: generator and energy are learned jointly",
    judge: unstable,
  },
  { family: "learned_sampler", kind: "weakness", words: "Double the number of parameters", judge: doubled },
  { family: "score_matching", kind: "strength", words: "Efficient training", judge: efficient },
  { family: "score_matching", kind: "strength", words: "Stable training", judge: stable },
  {
    family: "score_matching",
    kind: "weakness",
    words: "Trains only in the vicinity of the data",
    judge: vicinity,
  },
];

/** What some runs say to the lecture's claims about their families. */
export function judged(all: Figures[]): Judged[] {
  return CLAIMS.flatMap(({ judge, ...claim }) =>
    all
      .filter(({ family }) => family === claim.family)
      .map((run) => ({
        ...claim,
        letter: run.letter,
        method: run.method,
        finding: run.updates === 0 && !run.failed ? open("not measured yet") : judge(run, all),
      })),
  );
}
