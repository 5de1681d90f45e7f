/** The figures that tell how good a model is: their names, units and which of them comes first. */
import { fixed, nats, percent, significant } from "./format";

export interface Figure {
  name: string;
  label: string;
  /** With as many digits as it deserves, without the unit. */
  text: string;
  unit: string;
  /** The same figure for real data, where it is known: nothing can be expected to do better. */
  floor: string | null;
  explanation: string;
}

interface Known {
  label: string;
  unit?: string;
  write?: (value: number) => string;
  explanation: string;
}

const KNOWN: Record<string, Known> = {
  kl: {
    label: "KL",
    unit: "nats",
    write: nats,
    explanation: "How far the learned density is from the true one; exact, by quadrature of Z.",
  },
  kl_data: {
    label: "KL against the data",
    unit: "nats",
    write: nats,
    explanation: "Against the data's own density, not the blurred one that this method estimates.",
  },
  frechet: {
    label: "Fréchet distance",
    write: (value) => fixed(value, 1),
    explanation: "Between features of samples and of real images; lower is better.",
  },
  log_z: {
    label: "log Z",
    write: (value) => fixed(value, 3),
    explanation: "Logarithm of the partition function, by quadrature.",
  },
  temperature: {
    label: "temperature of the chains",
    write: (value) => (value < 0.1 ? significant(value, 2) : fixed(value, 2)),
    explanation: "The chains sample exp(−E / T); 1 is matched.",
  },
  mass_outside: {
    label: "mass outside the box",
    write: percent,
    explanation: "Share of the model's mass far away from the data.",
  },
  acceptance: {
    label: "acceptance",
    write: (value) => fixed(value, 2),
    explanation: "Share of the chains' proposals that are accepted.",
  },
  entropy: {
    label: "entropy of the generator",
    unit: "nats",
    write: (value) => fixed(value, 2),
    explanation: "H(q): without it, the generator would collapse.",
  },
  mode_coverage: {
    label: "modes covered",
    write: percent,
    explanation: "Share of the true modes that have their share of the samples.",
  },
  nll: {
    label: "NLL",
    unit: "nats",
    write: (value) => fixed(value, 3),
    explanation: "Negative log-likelihood of data that training never sees.",
  },
  kl_best_temperature: {
    label: "KL at the best temperature",
    unit: "nats",
    write: nats,
    explanation: "What is left of the KL when a wrong temperature is taken out: a wrong shape.",
  },
  best_temperature: {
    label: "best temperature",
    write: (value) => fixed(value, 2),
    explanation: "The temperature at which the learned density is nearest to the truth.",
  },
  total_variation: {
    label: "total variation",
    write: (value) => fixed(value, 3),
    explanation: "Half of the mean absolute difference of the densities: 0 is equal, 1 is apart.",
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
  generator_energy: {
    label: "mean energy of the generator",
    write: (value) => fixed(value, 2),
    explanation: "Of what the generator draws.",
  },
  effective_negatives: {
    label: "effective negatives",
    write: (value) => significant(value, 3),
    explanation: "How many equally weighted samples the weighted negatives are worth.",
  },
  spread: {
    label: "spread of the generator",
    write: (value) => significant(value, 2),
    explanation: "Standard deviation of the noise on what the generator draws.",
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
  buffer_age: {
    label: "age of the buffer",
    unit: "updates",
    write: (value) => significant(value, 3),
    explanation: "Mean number of updates since a chain was started.",
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

/** Shown elsewhere: in the headline, in a chart or at the bottom of the page. */
const ELSEWHERE = new Set(["loss", "updates_per_second", "energy_data", "energy_samples", "learning_rate"]);

/** Which figure is the headline: a distance to the truth where there is one. */
const HEADLINES = ["frechet", "kl", "nll"];

function figure(name: string, metrics: Record<string, number>): Figure {
  const known = KNOWN[name];
  const value = metrics[name]!;
  const floor = metrics[`${name}_floor`];
  return {
    name,
    label: known?.label ?? name.replaceAll("_", " "),
    text: (known?.write ?? significant)(value),
    unit: known?.unit ?? "",
    floor: floor === undefined ? null : (known?.write ?? significant)(floor),
    explanation: known?.explanation ?? "",
  };
}

/** The first of the headline figures that a run has. */
export function headline(metrics: Record<string, number>): Figure | null {
  const name = HEADLINES.find((candidate) => metrics[candidate] !== undefined);
  return name ? figure(name, metrics) : null;
}

/** The other figures that a run has, known ones first and in a fixed order. */
export function others(metrics: Record<string, number>): Figure[] {
  const first = headline(metrics)?.name;
  const order = Object.keys(KNOWN);
  return Object.keys(metrics)
    .filter((name) => name !== first && !ELSEWHERE.has(name) && !name.endsWith("_floor"))
    .sort((a, b) => (order.indexOf(a) + 1 || 99) - (order.indexOf(b) + 1 || 99) || a.localeCompare(b))
    .map((name) => figure(name, metrics));
}
