/** What is told of sampled images, each against real ones. */
import { fixed, percent } from "./format";
import type { Entry } from "./glossary";

export const IMAGE_FIGURES: Record<string, Entry> = {
  confidence: {
    label: "recognised",
    write: percent,
    explanation: "Share of samples that a classifier of real images is more than 90 % sure of.",
    good: "Near “real” is right. Low: not legible. Higher than real: only the easiest images are drawn.",
  },
  classifier_score: {
    label: "classifier score",
    write: (value) => fixed(value, 2),
    explanation:
      "exp of the mean KL from each sample’s classes to those of all samples, by a small classifier: from 1 to the number of classes.",
    good: "Near “real” is right. It grows where samples are legible and of all classes; it does not see repetition within a class.",
    source: "Salimans et al. 2016, https://arxiv.org/abs/1606.03498",
  },
  class_coverage: {
    label: "classes drawn",
    write: percent,
    explanation: "Share of classes that get at least a third of an even share of the samples.",
    good: "100 % is right. Less: the model leaves classes out.",
  },
  precision: {
    label: "precision",
    write: percent,
    explanation:
      "Share of samples that lie among the data: nearer to a real image, by a classifier’s features, than its third neighbour.",
    good: "Near “real” is right. Low: samples like no image. High beside a low recall: few kinds, drawn well.",
    source: "Kynkäänniemi et al. 2019, https://arxiv.org/abs/1904.06991",
  },
  recall: {
    label: "recall",
    write: percent,
    explanation: "Share of real images that lie among the samples, by the same measure.",
    good: "Near “real” is right. Low: parts of the data are never drawn.",
    source: "Kynkäänniemi et al. 2019, https://arxiv.org/abs/1904.06991",
  },
  ood_noise: {
    label: "AUROC, noise",
    write: (value) => fixed(value, 3),
    explanation: "Probability that a held-out image has a lower energy than uniform noise.",
    good: "Near 1 is good, 0.5 is a guess.",
    source: "Nalisnick et al. 2019, https://arxiv.org/abs/1810.09136",
  },
  ood_inverted: {
    label: "AUROC, inverted",
    write: (value) => fixed(value, 3),
    explanation: "Probability that a held-out image has a lower energy than images with black for white.",
    good: "Near 1 is good, 0.5 is a guess.",
    source: "Nalisnick et al. 2019, https://arxiv.org/abs/1810.09136",
  },
  ood_shuffled: {
    label: "AUROC, shuffled",
    write: (value) => fixed(value, 3),
    explanation:
      "Probability that a held-out image has a lower energy than images whose pixels are in another order.",
    good: "Near 1 is good, 0.5 is a guess.",
    source: "Nalisnick et al. 2019, https://arxiv.org/abs/1810.09136",
  },
  ood_flat: {
    label: "AUROC, flat",
    write: (value) => fixed(value, 3),
    explanation:
      "Probability that a held-out image has a lower energy than images of one grey, the mean of each.",
    good: "Near 1 is good, 0.5 is a guess. Below, the energy prefers what has no content: the known failure of likelihoods.",
    source: "Nalisnick et al. 2019, https://arxiv.org/abs/1810.09136",
  },
  nearest_neighbour: {
    label: "nearest image",
    write: (value) => fixed(value, 2),
    explanation: "Mean distance in pixels’ grey values from a sample to the nearest training image.",
    good: "Near “real” is right. Far below it the model repeats what it has seen; far above, it draws no digits.",
  },
  variety: {
    label: "variety",
    write: percent,
    best: "100 %",
    explanation: "Variance of the samples, all pixels together, as a share of that of held-out images.",
    good: "100 % is right. Near 0 all samples are one image; far above it they are noise.",
  },
  saturation: {
    label: "pixels at an edge",
    write: percent,
    best: "0",
    explanation:
      "How much more of the samples’ pixels stand at black, at white or beyond than those of held-out images do.",
    good: "0 is right. Far above it the chains run off in a direction that no data hold them in.",
  },
  energy_gap: {
    label: "energy gap",
    unit: "sd",
    write: (value) => fixed(value, 2),
    best: "0",
    explanation:
      "Mean energy of the samples less that of held-out images, in standard deviations of the images’ energies.",
    good: "Near 0 is right. Where it grows and stays, the energy and what samples for it have lost each other.",
  },
};
