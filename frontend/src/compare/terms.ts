/** What the words of a comparison mean. */
import type { Explanation } from "../words/explaining";
import type { Clock } from "./clock";

export const COMPARE = {
  race: {
    name: "Race",
    text: "Trains one method of each family (persistent, variational, denoising) on the distribution, the seed and the length that are chosen here, all at once and side by side. A run that goes on here is left alone.",
  },
  plan: {
    name: "Members",
    text: "Which methods race, and with which settings: two to four of them, on the same data and seed. What is changed here takes effect with the next race.",
  },
  seeds: {
    name: "3 seeds",
    text: "Each method is trained with three seeds. The stages show the first; the chart has the median of the three as a line, and their range as a band; the table has both.",
  },
  median: {
    name: "Median of the seeds",
    text: "The same method and settings, trained with several seeds: the middle one of what was measured, below it the least and the greatest. The stage shows the first.",
    good: "A difference that is smaller than the ranges says nothing of the methods.",
  },
  dropped: {
    name: "Your chains",
    text: "A press on any map drops the same chains on all: the same starts, and the same noise. A drag drops a line of them, shift a cloud. They run by Langevin steps, in the page, on the energy of the moment that each stage shows.",
    good: "c clears them. What differs between the stages is the energy alone.",
  },
  scale: {
    name: "Colours",
    text: "One scale: a colour is the same −log p on every stage. Each its own: every stage spreads its own energies over all colours.",
    good: "An energy is known up to a constant; log Z takes that away, and it is summed on a grid. So the maps are of −log p, and can be compared.",
  },
  difference: {
    name: "Difference",
    text: "The density of each run minus the true one, or minus that of the run that is chosen.",
    good: "Nothing to see is no difference. One colour is more mass, the other less; the legend tells which.",
  },
  follows: {
    name: "The clock",
    text: "While runs go on it follows the one that has come least far, and every stage shows its newest moment that is not later. So all have had the same time.",
  },
  ownSeconds: {
    name: "Seconds of one core",
    text: "Each run counts the time that a core has worked for it. Where runs share cores they take longer by the wall clock, and no longer by this one.",
  },
  evaluations: {
    name: "Uncounted",
    text: "A run that was made before evaluations were counted tells none of them.",
  },
  seconds: { name: "Time", text: "What one core of the server has worked on training so far." },
  updates: {
    name: "Updates",
    text: "Changes of the weights when the clock stands here. A stage shows the newest moment that is kept and not later, whose update stands over it.",
  },
  reached: {
    name: "Time to a distance",
    text: "Seconds of one core until the KL from the data was first measured to be so low. It is measured about once a second, so that much is uncertain.",
    good: "Below 0.05 nats a map looks right.",
  },
  kl: {
    name: "KL from the data",
    text: "How far the learned density is from the data’s own, also for methods that estimate blurred data: only so can they be compared.",
    good: "0 is equal. Below 0.05 nats the map looks right.",
    source: "Kullback and Leibler 1951, https://doi.org/10.1214/aoms/1177729694",
  },
  claims: {
    name: "What the lecture says",
    text: "Its table of strengths and weaknesses, and beside each claim what these runs have measured of it, by fixed rules. One race is no proof: other data, settings and seeds may say otherwise.",
  },
} satisfies Record<string, Explanation>;

export const CLOCK_TERMS: Record<Clock, Explanation & { word: string; unit: string }> = {
  updates: {
    word: "updates",
    unit: "",
    name: "Clock: updates",
    text: "All runs are shown after as many updates.",
  },
  seconds: {
    word: "seconds",
    unit: "s",
    name: "Clock: seconds of one core",
    text: "All runs are shown after as long a training, by the time that a core has worked for each.",
  },
  evaluations: {
    word: "gradients",
    unit: "",
    name: "Clock: gradient evaluations",
    text: "All runs are shown after as many gradients of the energy, points times evaluations: a measure of cost that no machine changes. Evaluations without a gradient, such as a random walk’s, are counted apart and stand in the table; each costs about a third.",
  },
};
