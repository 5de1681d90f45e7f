/** What each metric is called, its unit, its digits, what it tells, and what is a good value. */
import { count, fixed, nats, percent, rate, significant } from "./format";
import { IMAGE_FIGURES } from "./image-figures";

export interface Entry {
  label: string;
  unit?: string;
  write?: (value: number) => string;
  /** What a model without fault would have. */
  best?: string;
  explanation: string;
  /** Which values are good and which are bad. */
  good: string;
  /** "Guo et al. 2017, https://...": where it comes from. */
  source?: string;
}

const QUADRATURE = "Computed on a grid, since Z can be summed in the plane.";
const VERA = "Grathwohl et al. 2021, https://arxiv.org/abs/2010.04230";
const KIM = "Kim and Bengio 2016, https://arxiv.org/abs/1606.03439";

/** In the order of the page: a figure that few methods have tells most about those, and stands first. */
export const GLOSSARY: Record<string, Entry> = {
  kl: {
    label: "KL",
    unit: "nats",
    write: nats,
    best: "0",
    explanation: `How far the learned density is from the true one: the mean over true data of log p(x) minus the log of the learned density. ${QUADRATURE}`,
    good: "0 is equal. Below 0.05 nats the map looks right; above 1 whole modes are missing or false.",
    source: "Kullback and Leibler 1951, https://doi.org/10.1214/aoms/1177729694",
  },
  kl_data: {
    label: "KL against the data",
    unit: "nats",
    write: nats,
    best: "0",
    explanation:
      "The same distance to the data’s own density, not to the blurred one that this method estimates.",
    good: "It cannot reach 0: the blur itself is part of it. Less noise σ makes it smaller.",
  },
  frechet: {
    label: "Fréchet distance",
    write: (value) => fixed(value, 1),
    explanation:
      "Distance between the features of samples and of real images, as a small classifier sees them.",
    good: "Lower is better. “real” is what as many held-out images get: nearer than that says nothing, or that the data are learned by heart. It is of 500 samples: of digits other 500 come out 2 to 4 higher or lower (a standard deviation), so that a smaller difference says nothing.",
    source: "Heusel et al. 2017, https://arxiv.org/abs/1706.08500",
  },
  accuracy: {
    label: "accuracy",
    write: percent,
    best: "100 %",
    explanation: "Share of unseen labelled points whose class is told right.",
    good: "100 % is all; one in the number of classes is a guess. “softmax” is a plain classifier with the same labels.",
  },
  calibration_error: {
    label: "calibration",
    write: percent,
    best: "0 %",
    explanation:
      "How far the claimed certainty is from the share that is right (expected calibration error, ECE).",
    good: "0 % is honest; above 5 % the classifier is too sure or too unsure.",
    source: "Guo et al. 2017, https://arxiv.org/abs/1706.04599",
  },
  ood_auroc: {
    label: "far AUROC",
    write: (value) => fixed(value, 3),
    best: "1",
    explanation:
      "How well p(x) tells points far from all data from real ones: the chance that a real point has the higher density.",
    good: "1 is perfect, 0.5 is a guess.",
    source: "Hendrycks and Gimpel 2017, https://arxiv.org/abs/1610.02136",
  },
  entropy: {
    label: "entropy of the generator",
    unit: "nats",
    write: (value) => fixed(value, 2),
    explanation:
      "H(q) of what the generator draws. Training raises it: without that the generator would collapse.",
    good: "Near the entropy of the data is right; a fall to far below means collapse.",
    source: VERA,
  },
  mutual_information: {
    label: "mutual information",
    unit: "nats",
    write: (value) => fixed(value, 2),
    explanation:
      "I(x; z) of samples and their latents, a lower bound. It stands in for the entropy of the generator.",
    good: "Near 0 the generator draws the same point for every z. Higher is more varied; log of the batch is the most that the bound can show.",
    source: "Kumar et al. 2019, https://arxiv.org/abs/1901.08508",
  },
  log_scale: {
    label: "mean log scale",
    write: (value) => fixed(value, 3),
    explanation:
      "Mean log |γ| over the generator’s normalised layers: what is raised in place of its entropy. γ is the scale of each unit after batch normalisation.",
    good: "No value is good in itself. A steep fall means that the generator collapses, an endless rise that the stand-in is being gamed.",
    source: KIM,
  },
  effective_negatives: {
    label: "effective negatives",
    write: (value) => significant(value, 3),
    explanation:
      "How many equally weighted samples the weighted negatives of one update are worth: (Σw)² / Σw².",
    good: "Near the number of negatives is good. Below ten a few samples decide the update, and it is noisy.",
    source: "Kong, Liu and Wong 1994, https://doi.org/10.1080/01621459.1994.10476469",
  },
  buffer_age: {
    label: "age of the buffer",
    unit: "steps",
    write: (value) => significant(value, 3),
    explanation:
      "Mean number of steps that the chains of the replay buffer have made since they were started.",
    good: "It settles near k / share of restarts. Young chains have not left their start; very old ones may be stuck.",
    source: "Du and Mordatch 2019, https://arxiv.org/abs/1903.08689",
  },
  ...IMAGE_FIGURES,
  acceptance: {
    label: "acceptance",
    write: (value) => fixed(value, 2),
    explanation: "Share of the chains’ proposals that the Metropolis test accepts.",
    good: "About 0.65 for MALA, 0.8 for HMC, 0.4 for a random walk. Near 0 chains stand still, near 1 steps are too small. Plain Langevin has no test: always 1.",
    source: "Roberts and Rosenthal 1998, https://doi.org/10.1111/1467-9868.00123",
  },
  temperature: {
    label: "temperature of the chains",
    write: (value) => (value < 0.1 ? significant(value, 2) : fixed(value, 2)),
    explanation: "The chains sample exp(−E / T).",
    good: "1 is matched: chains draw from the density that is learned. Below 1 they stay in the valleys, above 1 they stray, and training makes up for it with a wrong scale of E.",
  },
  sliced_wasserstein: {
    label: "sample distance",
    explanation:
      "How far samples are from the data: the mean shift along random directions, in the data’s units. They are the method’s own (its buffer, its generator), or drawn from its density where it has none.",
    good: "“real” is what as many other points of the data get: so near is right, and nearer is chance. Methods keep different numbers of samples, so that runs are compared by how many times its own “real” each has.",
    source: "Bonneel et al. 2015, https://doi.org/10.1007/s10851-014-0506-3",
  },
  sample_coverage: {
    label: "modes found by samples",
    write: percent,
    best: "100 %",
    explanation: "Share of the true modes that get their share of what the method itself draws.",
    good: "100 % is all of them.",
  },
  mode_coverage: {
    label: "modes in the density",
    write: percent,
    best: "100 %",
    explanation: "Share of the true modes that have their share of the learned density.",
    good: "100 % is all of them.",
  },
  kl_best_temperature: {
    label: "KL at the best temperature",
    unit: "nats",
    write: nats,
    best: "0",
    explanation:
      "What is left of the KL when exp(−E / T) may take the best T: a wrong shape, not a wrong scale.",
    good: "0 is the right shape. Far below the KL: only the temperature is wrong.",
  },
  best_temperature: {
    label: "best temperature",
    write: (value) => fixed(value, 2),
    best: "1",
    explanation: "The T at which exp(−E / T) is nearest to the truth.",
    good: "1 is right. Below 1 the energy is too flat, above 1 too steep.",
  },
  mass_outside: {
    label: "mass outside the box",
    write: percent,
    best: "0 %",
    explanation: "Share of the model’s mass far away from the data, outside the box that is shown.",
    good: "Below 1 % is good. More: the energy is too low somewhere that training never sees.",
  },
  spread: {
    label: "spread of the generator",
    write: (value) => significant(value, 2),
    explanation: "Standard deviation of the noise on what the generator draws.",
    good: "About the width of the finest detail of the data; larger blurs it.",
    source: VERA,
  },
  generator_energy: {
    label: "mean energy of the generator",
    write: (value) => fixed(value, 2),
    explanation: "Mean energy of what the generator draws.",
    good: "Near the mean energy of the data: then the energy cannot tell them apart.",
  },
  total_variation: {
    label: "total variation",
    write: (value) => fixed(value, 3),
    best: "0",
    explanation:
      "Half of the integral of |p − p_θ|: the largest difference in probability that any region can have.",
    good: "0 is equal, 1 is apart; below 0.1 is good.",
  },
  log_z: {
    label: "log Z",
    write: (value) => fixed(value, 3),
    explanation: `Logarithm of the partition function Z = ∫ exp(−E). ${QUADRATURE}`,
    good: "No value is good in itself: an energy is known up to a constant. It should not run away.",
  },
  nll: {
    label: "NLL",
    unit: "nats",
    write: (value) => fixed(value, 3),
    explanation: "Negative log-likelihood: the mean of −log p_θ(x) over data that training never sees.",
    good: "Lower is better. The entropy of the data is the least that it can be; beside it stand plain estimates such as a KDE.",
  },
  cross_entropy: {
    label: "cross entropy of labels",
    unit: "nats",
    write: (value) => fixed(value, 3),
    explanation: "Mean of −log p(y | x) over the labelled points.",
    good: "Lower is better; log of the number of classes is a guess. Near 0 on few points: learned by heart.",
  },
  step_size: {
    label: "step size in use",
    write: (value) => significant(value, 2),
    explanation: "The sampler’s step size in use, as adapted from the one that is set.",
    good: "It settles. If it falls on and on, the landscape grows steeper than the chains can follow.",
  },
  grad_norm: {
    label: "gradient norm",
    write: (value) => significant(value, 3),
    explanation: "Norm of the gradient of the loss by the weights, before clipping.",
    good: "It falls and settles. Jumps by a factor of ten or more announce a run-away.",
  },
  learning_rate: {
    label: "learning rate now",
    write: (value) => significant(value, 2),
    explanation: "The optimizer’s rate at this update, after warm-up and decay.",
    good: "It is the one set, times the schedule: it ends near 0.",
  },
  smoothing: {
    label: "σ of the estimate",
    write: (value) => significant(value, 2),
    explanation: "The method estimates the density of the data blurred by a Gaussian of this width.",
    good: "Small beside the finest detail of the data.",
  },
  publishing_share: {
    label: "publishing share",
    write: percent,
    explanation:
      "Share of the training time that goes into what the page shows: landscapes, chains and figures. Nothing that is shown changes what is learned.",
    good: "A few percent at most; while nobody looks it is near 0.",
  },
  energy_data: {
    label: "mean energy of data",
    write: (value) => fixed(value, 2),
    explanation: "Mean energy of the data of an update, which training pushes down.",
    good: "Near the mean energy of samples. Their difference tells how wrong the model still is.",
  },
  energy_samples: {
    label: "mean energy of samples",
    write: (value) => fixed(value, 2),
    explanation: "Mean energy of the samples of an update, which training pushes up.",
    good: "Near the mean energy of data. Far below it: the samples have found a false mode.",
  },
};

/** Figures that stand elsewhere than in the list: in a chart, beside another one or at the bottom of the page. */
export const ELSEWHERE: Record<string, Entry> = {
  energy_parameters: {
    label: "weights of the energy",
    write: count,
    explanation: "Numbers that the energy learns.",
    good: "More can bend the energy more finely, and cost more at each evaluation.",
  },
  other_parameters: {
    label: "weights beside it",
    write: count,
    explanation: "Numbers that are learned beside the energy: of a generator, or of a plain classifier.",
    good: "0 for methods that learn the energy alone.",
  },
  loss: {
    label: "loss",
    explanation:
      "What one update descends. For methods with negatives it is the mean energy of data minus that of samples, with the penalties; score matching has the mean squared error of the score.",
    good: "Of a likelihood method no value is good in itself: near 0 and steady, data and samples have the same energy. In score matching it falls. The faint line is each update, the dark one the running mean.",
  },
  updates_per_second: {
    label: "updates/s",
    write: rate,
    explanation: "Updates of the weights a second, as they arrive.",
    good: "Hundreds in the plane; a few for images or long chains.",
  },
  nll_train: {
    label: "NLL of training points",
    unit: "nats",
    explanation: "Negative log-likelihood of the points that the energy learns from.",
    good: "As the one of held-out points. A gap that opens: the points are learned by heart.",
  },
  nll_smoothed: {
    label: "NLL of smoothed points",
    unit: "nats",
    explanation: "The same with the noise added that smooths the points: what training fits.",
    good: "Near that of held-out points.",
  },
  nll_kde: {
    label: "NLL of a KDE",
    unit: "nats",
    explanation: "Negative log-likelihood by a kernel density estimate of the same points: the plain rival.",
    good: "The energy should be at or below it.",
    source: "Parzen 1962, https://doi.org/10.1214/aoms/1177704472",
  },
  nll_gaussian: {
    label: "NLL of a Gaussian",
    unit: "nats",
    explanation: "Negative log-likelihood by one Gaussian with the mean and covariance of the points.",
    good: "The energy should be far below it, unless the points are one Gaussian.",
  },
  log_z_error: {
    label: "error of log Z",
    unit: "nats",
    write: nats,
    explanation: "How far log Z, and each figure that rests on it, may be wrong.",
    good: "Below 0.01 the figures are called exact.",
  },
  kept_update: {
    label: "kept update",
    write: count,
    explanation: "The update whose energy is the best so far; the end of the run keeps that one.",
    good: "Near the newest: the run still gains.",
  },
  gradient_evaluations: {
    label: "gradient evaluations",
    write: count,
    explanation:
      "Points at which the energy’s gradient was computed so far, by the point or by the weights; a second derivative is one more.",
    good: "What a method costs on any machine: compare what others reach with as many.",
  },
  value_evaluations: {
    label: "energy evaluations",
    write: count,
    explanation:
      "Points at which the energy alone was computed so far, as a Metropolis test without gradients does.",
    good: "Each costs about a third of a gradient.",
  },
};

/** What is known of a metric, also of one that stands beside another: `frechet_floor`, `softmax_accuracy`. */
export function entryOf(name: string): Entry | undefined {
  const own = GLOSSARY[name] ?? ELSEWHERE[name];
  if (own) return own;
  if (name.endsWith("_floor")) return GLOSSARY[name.slice(0, -"_floor".length)];
  return name.startsWith("softmax_") ? GLOSSARY[name.slice("softmax_".length)] : undefined;
}
