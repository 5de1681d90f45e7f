/** What each metric is called, its unit, its digits, and what it tells. */
import { fixed, nats, percent, significant } from "./format";

export interface Entry {
  label: string;
  unit?: string;
  write?: (value: number) => string;
  /** What a model without fault would have. */
  best?: string;
  explanation: string;
}

/** In the order of the page: a figure that few methods have tells most about those, and stands first. */
export const GLOSSARY: Record<string, Entry> = {
  kl: {
    label: "KL",
    unit: "nats",
    write: nats,
    best: "0",
    explanation: "How far the learned density is from the true one, by quadrature of Z.",
  },
  kl_data: {
    label: "KL against the data",
    unit: "nats",
    write: nats,
    best: "0",
    explanation: "Against the data's own density, not the blurred one that this method estimates.",
  },
  frechet: {
    label: "Fréchet distance",
    write: (value) => fixed(value, 1),
    explanation: "Between features of samples and of real images; lower is better.",
  },
  accuracy: {
    label: "accuracy",
    write: percent,
    best: "100 %",
    explanation: "Share of unseen labelled points whose class is told right.",
  },
  calibration_error: {
    label: "calibration",
    write: percent,
    best: "0 %",
    explanation: "Expected error (ECE): how far the claimed certainty is from the share that is right.",
  },
  ood_auroc: {
    label: "far AUROC",
    write: (value) => fixed(value, 3),
    best: "1",
    explanation: "AUROC of telling points far from all data from real ones: 1 is perfect, 0.5 is a guess.",
  },
  entropy: {
    label: "entropy of the generator",
    unit: "nats",
    write: (value) => fixed(value, 2),
    explanation: "H(q), raised by training: without it, the generator would collapse.",
  },
  mutual_information: {
    label: "mutual information",
    unit: "nats",
    write: (value) => fixed(value, 2),
    explanation:
      "I(x; z) of samples and their latents, a lower bound: stands in for the entropy of the generator.",
  },
  log_scale: {
    label: "mean log scale",
    write: (value) => fixed(value, 3),
    explanation: "Mean log |γ| of the generator’s normalised layers: what is raised in place of the entropy.",
  },
  effective_negatives: {
    label: "effective negatives",
    write: (value) => significant(value, 3),
    explanation: "How many equally weighted samples the weighted negatives are worth.",
  },
  buffer_age: {
    label: "age of the buffer",
    unit: "updates",
    write: (value) => significant(value, 3),
    explanation: "Mean number of updates since a chain was started.",
  },
  confidence: {
    label: "recognised",
    write: percent,
    explanation: "Share of samples that a classifier is more than 90 % sure of.",
  },
  nearest_neighbour: {
    label: "nearest image",
    write: (value) => fixed(value, 2),
    explanation: "Mean distance; below that of real test images, the model memorises.",
  },
  acceptance: {
    label: "acceptance",
    write: (value) => fixed(value, 2),
    explanation: "Share of the chains' proposals that are accepted.",
  },
  temperature: {
    label: "temperature of the chains",
    write: (value) => (value < 0.1 ? significant(value, 2) : fixed(value, 2)),
    explanation: "The chains sample exp(−E / T); 1 is matched.",
  },
  sample_coverage: {
    label: "modes found by samples",
    write: percent,
    best: "100 %",
    explanation: "Share of the true modes that have their share of what the method itself draws.",
  },
  mode_coverage: {
    label: "modes in the density",
    write: percent,
    best: "100 %",
    explanation: "Share of the true modes that have their share of the learned density.",
  },
  kl_best_temperature: {
    label: "KL at the best temperature",
    unit: "nats",
    write: nats,
    best: "0",
    explanation: "What is left of the KL when a wrong temperature is taken out: a wrong shape.",
  },
  best_temperature: {
    label: "best temperature",
    write: (value) => fixed(value, 2),
    best: "1",
    explanation: "The temperature at which the learned density is nearest to the truth.",
  },
  mass_outside: {
    label: "mass outside the box",
    write: percent,
    best: "0 %",
    explanation: "Share of the model's mass far away from the data.",
  },
  spread: {
    label: "spread of the generator",
    write: (value) => significant(value, 2),
    explanation: "Standard deviation of the noise on what the generator draws.",
  },
  generator_energy: {
    label: "mean energy of the generator",
    write: (value) => fixed(value, 2),
    explanation: "Of what the generator draws.",
  },
  total_variation: {
    label: "total variation",
    write: (value) => fixed(value, 3),
    best: "0",
    explanation: "Half of the mean absolute difference of the densities: 0 is equal, 1 is apart.",
  },
  log_z: {
    label: "log Z",
    write: (value) => fixed(value, 3),
    explanation: "Logarithm of the partition function, by quadrature.",
  },
  nll: {
    label: "NLL",
    unit: "nats",
    write: (value) => fixed(value, 3),
    explanation: "Negative log-likelihood of data that training never sees.",
  },
  cross_entropy: {
    label: "cross entropy of labels",
    unit: "nats",
    write: (value) => fixed(value, 3),
    explanation: "Of the labelled points, by p(y | x).",
  },
  step_size: {
    label: "step size in use",
    write: (value) => significant(value, 2),
    explanation: "As adapted from the one that is set.",
  },
  grad_norm: {
    label: "gradient norm",
    write: (value) => significant(value, 3),
    explanation: "Of the weights, before clipping.",
  },
  learning_rate: {
    label: "learning rate now",
    write: (value) => significant(value, 2),
    explanation: "After warm-up and decay.",
  },
  energy_data: {
    label: "mean energy of data",
    write: (value) => fixed(value, 2),
    explanation: "Pushed down by training.",
  },
  energy_samples: {
    label: "mean energy of samples",
    write: (value) => fixed(value, 2),
    explanation: "Pushed up by training.",
  },
};
