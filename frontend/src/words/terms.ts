/** What layers, maps, marks, charts and controls of the page are: all that is no metric, setting or plug-in. */
import type { Explanation } from "./explaining";

const LANGEVIN = "Roberts and Tweedie 1996, https://doi.org/10.2307/3318418";

export const LAYER_TERMS = {
  energy: {
    name: "Energy (layer)",
    text: "The map itself: E(x), or what is chosen on the right, in colour.",
    good: "Bright is low energy, so likely. Bright where the data are, dark elsewhere.",
  },
  contours: {
    name: "Contours",
    text: "Lines of equal energy, at 0.5, 1, 2, 3, 4, 6, 8 … nats above the lowest.",
    good: "Dense lines are steep walls, where chains need small steps.",
  },
  data: {
    name: "Data",
    text: "Points of the distribution that the energy learns. Of a table of your own, what training draws from it: a row, moved by the noise of its smoothing.",
  },
  chains: {
    name: "Chains",
    text: "Points that the sampler moves on the energy, with the trail of their last moves. They start from noise, and some start afresh now and then.",
    good: "They should end where the data are, as dense as these; elsewhere the energy has a false mode.",
    source: LANGEVIN,
  },
  score: {
    name: "Score",
    text: "Arrows along −∇E: where a chain is driven, without its noise.",
    good: "They point to the data from everywhere, and are short on it.",
    source: "Hyvärinen 2005, https://jmlr.org/papers/v6/hyvarinen05a.html",
  },
  perturbed: {
    name: "Perturbed points",
    text: "The points at which this update matches the score: data with noise. Training uses these and no chains.",
    good: "They should cover the surroundings of the data; where there are none, nothing is learned.",
    source: "Vincent 2011, https://doi.org/10.1162/NECO_a_00142",
  },
  generator: {
    name: "Generator",
    text: "What the generator draws: the samples that training uses in the place of chains.",
    good: "They should cover the data. All in one place is a collapse.",
  },
  marginals: {
    name: "Marginals",
    text: "The density of x alone along the top, and of y alone along the right. The plain line is learned: exp(−E) summed over the other coordinate. The orange one is true, or a histogram of the data where the truth is not known.",
    good: "The two lie over each other when the model is right. That alone does not make it right: the map may still be wrong.",
  },
} satisfies Record<string, Explanation>;

/** The chains of a method that trains without any. */
export const CHAINS_FOR_LOOKING: Explanation = {
  name: "Chains, for looking",
  text: "This method trains without chains. These are only moved on its energy so that one sees what a sampler makes of it.",
  good: "They should end where the data are.",
  source: LANGEVIN,
};

export const MODE_TERMS = {
  energy: { name: "Energy E(x)", text: "The energy that is learned. Low is bright: low is probable." },
  density: {
    name: "Density p(x)",
    text: "exp(−E(x)) / Z: what the energy says is how probable. Z is exact where it was measured at the very update on the stage; else it is summed over the cells of this map, with the mass outside as last measured, and p is told with “≈”.",
  },
  truth: { name: "Truth", text: "The density that the data are drawn from." },
  difference: {
    name: "Difference",
    text: "Learned minus true density.",
    good: "Nothing to see is right. One colour is too much mass, the other too little; the legend tells which.",
  },
  uncertainty: {
    name: "Unsure",
    text: "1 − max p(y | x): where the joint model’s classifier is unsure of the class.",
    good: "It should be unsure away from the data and between the classes, and sure on them.",
    source: "Grathwohl et al. 2020, https://arxiv.org/abs/1912.03263",
  },
  softmax: {
    name: "Softmax",
    text: "Where a plain softmax classifier with the same labels is unsure.",
    good: "Far from all data it is often sure without a reason: compare.",
  },
} satisfies Record<string, Explanation>;

/** Everything that can stand on the stage as a mark. */
export type MarkName =
  | "data"
  | "chains"
  | "looking"
  | "perturbed"
  | "generator"
  | "classes"
  | "dropped"
  | "score"
  | "marginals";

export const MARK_TERMS: Record<MarkName, { word: string; explanation: Explanation }> = {
  data: { word: "data", explanation: LAYER_TERMS.data },
  chains: { word: "chains", explanation: LAYER_TERMS.chains },
  looking: { word: "chains, for looking", explanation: CHAINS_FOR_LOOKING },
  perturbed: { word: "perturbed", explanation: LAYER_TERMS.perturbed },
  generator: { word: "generator", explanation: LAYER_TERMS.generator },
  classes: {
    word: "classes",
    explanation: {
      name: "Classes",
      text: "Labelled points; each class has a shape and a colour of its own (triangle, square, star …).",
    },
  },
  dropped: {
    word: "yours",
    explanation: {
      name: "Your chains",
      text: "Chains that you dropped: a press starts a few at one place, a drag a line of them, shift or Enter a cloud. They run by Langevin steps, in the page, on the energy of the moment that is shown, also of a past one; training does not see them.",
      good: "c clears them. The same starts on the same energy take the same paths again: their seed is fixed.",
      source: LANGEVIN,
    },
  },
  score: { word: "score", explanation: LAYER_TERMS.score },
  marginals: { word: "learned, and true", explanation: LAYER_TERMS.marginals },
};

const said = (name: string, text: string, good?: string, source?: string): Explanation => ({
  name,
  text,
  ...(good && { good }),
  ...(source && { source }),
});

/** The lab's charts and controls. */
export const LAB = {
  energies: said(
    "Energies of data and samples",
    "How the energies of data and of samples are spread. Training pushes the first down and the second up.",
    "The two lie over each other when the model is right. Samples left of the data: a false mode.",
  ),
  loss: said(
    "Loss",
    "What an update descends: faint is each update, dark the running mean.",
    "Of a method with negatives no value is good in itself: near 0 and steady, data and samples have the same energy. The loss of score matching falls.",
  ),
  papers: said(
    "Recipes of papers",
    "Settings as papers state them, at a size that fits the images and the machine. A press fills the form; what differs from the paper is told below, with what a run of it came to.",
  ),
  update: said(
    "This update",
    "The rule by which the weights change, and the move of a chain, with their current numbers.",
  ),
  ownSeries: said(
    "A chart of the method’s own",
    "What this method tells of itself beside the common figures.",
  ),
  liveDot: said(
    "Live",
    "Settings with this dot take effect at once while a run goes on. The others wait for the start of a run.",
  ),
  pace: said("Updates a second", "Updates of the weights a second, as they arrive."),
  frames: said(
    "Frames a second and lag",
    "Frames that reach the page a second, and how far the stage is behind the run.",
    "10 or more move smoothly; under 200 ms the stage is as good as live.",
  ),
  seconds: said(
    "Time trained",
    "Seconds of one core that training has taken; time spent on showing and measuring is not counted.",
  ),
  reset: said("Reset", "Back to the untrained model. A run that goes on is stopped, and kept under Runs."),
  step: said("One update (s)", "A run that goes on is paused first; then each press makes one update."),
  speed: said(
    "Speed limit",
    "Most updates a second. It changes how fast one sees them, not what is learned.",
  ),
  live: said("Back to live (L)", "Back to the newest moment."),
  help: said("Help and keys (?)", "How to read the page, and every key."),
  storedRun: said("A stored run", "It ships with the page and replays before anything is asked of a server."),
  onStage: said("On the stage", "The distribution and the method of what the stage shows."),
  roll: said("Replay", "Plays the run again from the moment that is shown, or from its start."),
  draw: said("Draw", "Your own points, on those of a file that is chosen or on an empty stage."),
  upload: said(
    "Your own points or pictures",
    "Choose files, drop them here, or paste a table: two columns of a CSV, an (n, 2) array in an NPY file; or pictures, as files, in a zip archive, or as an NPY file.",
  ),
  distance: said(
    "Distance",
    "The figure that tells most of a run: the Fréchet distance of images, the KL to a known density, or the negative log-likelihood of unseen points.",
    "Lower is better; compare it only with runs on the same data.",
  ),
  usage: said(
    "What its worker takes",
    "Of one processor core, of late, and of the machine's memory; and which GPU it was given where there are several.",
    "A run alone on its core takes about 100 %.",
  ),
  asleep: said(
    "Asleep",
    "It was paused for a while and has given its process back. It goes on from the very update where it was paused; that takes some seconds.",
  ),
  pin: said("Pin", "A pinned run comes first in this list, whatever its order."),
  column: said("Columns", "Which columns of the file are the points, and which tells their class."),
  repeat: said(
    "Repeat exactly",
    "A new run with the same seed, updates and changes: the same weights, bit for bit.",
  ),
  cloud: said(
    "Drop a cloud",
    "64 chains of your own, spread around the middle of what is seen; shift and a press do it anywhere. They run on the energy that is shown.",
  ),
  takeHome: said(
    "Take it home",
    "Saves the run: one HTML file that replays it offline, GIF and video, pictures for print, tables, and a script that makes it again.",
  ),
  branch: said(
    "Branch from here",
    "A new run that is bit for bit as this one was at the update shown, and then goes its own way: change a live setting. Its way to that update is made again, as fast as it trains.",
  ),
  resumeChanged: said(
    "Change and resume",
    "As it is it would repeat its failure; the stage offers what changes that.",
  ),
};

/** What the stage shows, or how a run stands, by the word of its badge. */
export const BADGES = {
  LIVE: said(
    "Live",
    "The run trains, and the stage shows its newest moment.",
    "L comes back to it from the past.",
  ),
  PAUSED: said("Paused", "The run is held before its next update; the big button lets it go on."),
  REPLAY: said(
    "Replay",
    "The stage shows a moment of the past. A run that goes on trains meanwhile: to look back never disturbs it.",
  ),
  FINISHED: said("Finished", "The run has come to its length. The stage shows the energy that it keeps."),
  FAILED: said(
    "Failed",
    "The run ended by an error, such as an energy that is not finite; the stage and the list of runs say which.",
  ),
  STOPPED: said("Stopped", "A person ended the run; it can go on from its last checkpoint."),
  QUEUED: said(
    "Queued",
    "The run waits until a core is free: so many runs go at once as the server has cores.",
  ),
  STARTING: said("Starting", "A process is started for it; the first update comes in some seconds."),
  CONNECTING: said(
    "Connecting",
    "The page has lost the server and tries again; the run itself may go on meanwhile.",
  ),
  READY: said("Ready", "Nothing is trained yet: the stage shows the data of the choice."),
} satisfies Record<string, Explanation>;

/** The same word for the samplers' chains, which are computed before they are shown. */
export const SAMPLING_BADGES = {
  STARTING: said("Sampling", "The server moves the chains; they come when all steps are made."),
  FAILED: said("Refused", "These chains cannot be made; the stage says why."),
  REPLAY: said("Replay", "The chains move as they were computed."),
  PAUSED: said("Paused", "The chains stand at a moment; the big button lets them move on."),
} satisfies Record<string, Explanation>;

/** What stands on the time line. */
export const TIME_MARKS = {
  change: said(
    "Change while training",
    "A live setting, or the version of a plug-in, was changed at this update. All changes are recorded, and a repeat of the run makes them again.",
    "Struck out: taken back later.",
  ),
  kept: said("Kept", "The best moment by what is measured of it; the end of a run keeps its energy."),
};

/** The stage as a map and as a surface. */
export const SURFACE = said(
  "3D (d)",
  "The map as a surface: as high as E(x), p(x), or what the map shows. A drag and the arrow keys turn it, wheel and two fingers look closer, a click drops chains.",
  "Energy is high where it is dark: chains run down into the valleys.",
);
export const NO_CANVAS = "This browser draws on no canvas: the stage stays empty, and all else works.";
export const NO_SURFACE = "This browser cannot draw the surface: the map stays.";

/** What one draws with. */
export const DRAWING = {
  brush: said("Brush (b)", "Points along the stroke, evenly within the radius."),
  spray: said("Spray (s)", "Points as long as it is held, densest in the middle."),
  eraser: said("Eraser (e)", "Takes the points within the radius away."),
  radius: said("Radius ([ and ])", "Share of the stage’s width."),
  density: said("Density (+ and −)", "Points of a dab of the brush; the spray makes ten dabs a second."),
  save: said("Save points", "The points as a table (CSV)."),
};

const MIXED = "Vehtari et al. 2021, https://doi.org/10.1214/20-BA1221";

/** The figures and controls of the samplers. */
export const SAMPLING = {
  ess: said(
    "Effective draws",
    "Independent draws that would tell the mean as well as these dependent ones; the worse of x and y.",
    "400 or more tell a mean well. Few among many: the chains hardly move, or do not cross between modes.",
    MIXED,
  ),
  r_hat: said(
    "R-hat",
    "How much wider all chains together are than each by itself.",
    "1 where they agree; above 1.01 they have not found the same distribution.",
    MIXED,
  ),
  acceptance: said(
    "Acceptance",
    "Share of proposals that were accepted.",
    "About 65 % for MALA, 80 % for HMC, 40 % for a random walk; Langevin has no test and accepts all.",
    "Roberts and Rosenthal 1998, https://doi.org/10.1111/1467-9868.00123",
  ),
  step_size: said("Step size", "As it was adapted in the first half, and held in the second."),
  temperature: said(
    "Temperature T",
    "The chains sample exp(−E / T), exactly or for small steps.",
    "1 is the density that the energy stands for.",
  ),
  ess_share: said(
    "Effective a chain-step",
    "Effective draws for each step of a chain.",
    "1 is as good as independent; 0.01 needs a hundred steps for one.",
  ),
  gradients: said(
    "Gradients an effective draw",
    "Evaluations of ∇E that one effective draw has cost, warm-up included: the price that samplers are compared by.",
    "Lower is better; a random walk needs none, so it is not given for it.",
  ),
  seconds: said("Time", "Seconds of one core on the server."),
  autocorrelation: said(
    "Autocorrelation",
    "How much a chain remembers: the correlation of its place with that so many steps before.",
    "A quick fall to 0 is good. A long tail: steps are small, or chains are stuck.",
  ),
  trace: said(
    "Trace",
    "x of four chains over their steps. Left of the dotted line they warm up.",
    "They should look alike, like dense grass. Long flat stretches: stuck.",
  ),
  start: said("Start", "Where all chains start. Press on the map to choose a place."),
  spread: said("Spread again", "Chains start spread over the map."),
  run: said("Trained run", "The energy that a run of the lab has learned."),
  noRun: said("Trained run", "None yet: train one in the lab."),
  moment: said("At update", "The energy as it was at an update. The chains start where they did."),
  reset: said("Back to the start", "To the first step of the chains."),
  on: said("One moment on (→)", "The next moment that is kept."),
  speed: said("Speed", "Of the replay; the chains are computed already."),
  onStage: said("On the stage", "The energy, and the sampler whose chains move on it."),
  play: said("Play", "The chains move as they were computed; until there are some, it samples them."),
  again: said("Sample again", "Other chains with the same settings: the next seed."),
};
