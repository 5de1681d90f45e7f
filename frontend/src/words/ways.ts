/** What the ways of images are: what is shown of one, and what decides it. */
import type { Explanation } from "./explaining";

export const WAYS = {
  film: {
    name: "Way",
    text: "A chain of the method’s own sampler, run anew on the energy of one moment: the film shows it evenly along its steps, the line its energy. The same seed gives the same way. The tile itself came here while the energy still changed.",
    good: "From noise the energy falls and an image like the data appears; then it stays.",
    source: "Roberts and Tweedie 1996, https://doi.org/10.2307/3318418",
  },
  start: {
    name: "Start",
    text: "Where the chain begins: noise that knows nothing of the data, the tile as it was, an image that training never saw, or a picture of your own, whose middle is scaled. On an image a hole can be brushed: Langevin fills it, and all else stays as it is.",
  },
  noise: {
    name: "Noise σ",
    text: "Standard deviation of the noise that is added to the image before the chain runs; grey values go from −1 to 1.",
    good: "The chain takes noise away (denoising): 0.3 is gone soon, from 1 on another image may come out.",
    source: "Vincent et al. 2008, https://doi.org/10.1145/1390156.1390294",
  },
  label: {
    name: "Class y",
    text: "The chain follows E(x, y) = E(x) − log p(y | x), so that it draws images of this class.",
    source: "Grathwohl et al. 2020, https://arxiv.org/abs/1912.03263",
  },
  again: {
    name: "Another seed",
    text: "The same start, with other random numbers: another noise, another way.",
  },
  steps: {
    name: "Steps",
    text: "Of the chain. Left empty, as many as the method’s own way to a sample takes, or 500.",
    good: "The energy should have come to rest.",
  },
  line: {
    name: "Straight line",
    text: "No chain: images between two, mixed pixel by pixel, and their energy.",
    good: "A hill between two valleys: a mixture of two images is no image. Without a hill the energy does not tell.",
  },
  nearest: {
    name: "Nearest training image",
    text: "Of the training images the one that the end is nearest to, pixel by pixel.",
    good: "Like it, and not the same. A distance near 0: the energy has learned the image by heart.",
  },
} satisfies Record<string, Explanation>;

const OTHERS = "Nalisnick et al. 2019, https://arxiv.org/abs/1810.09136";

/** Sets of images whose energies are compared. */
export const SETS = {
  sets: {
    name: "Energy of sets of images",
    text: "How the energies of 64 images of each set are spread, each as high as the others, over one axis.",
    good: "train, test and samples lie over each other; all other images are higher. train below test: it is learned by heart.",
    source: OTHERS,
  },
  auroc: {
    name: "AUROC",
    text: "The probability that one of these held-out images has a lower energy than one of the other set.",
    good: "1 tells them apart, 0.5 is a guess; below, the energy prefers what is no image of the data.",
    source: OTHERS,
  },
  train: { name: "train", text: "Images that the energy is trained on, with their noise." },
  test: { name: "test", text: "Images that are held out." },
  samples: { name: "samples", text: "What the method draws: its chains, or its generator." },
  tiles: {
    name: "tiles",
    text: "The images on the stage: chains that go on from moment to moment by the shown energy, or what the generator makes. Of methods whose own chains start afresh often they have come farther than its samples.",
  },
  noise: { name: "noise", text: "Uniform noise over the grey values of the data." },
  inverted: { name: "inverted", text: "Held-out images with black for white." },
  shuffled: { name: "shuffled", text: "Held-out images, all with the same other order of their pixels." },
  flat: {
    name: "flat",
    text: "Images of one grey, the mean of each held-out image: a likelihood often prefers these.",
    source: "Serra et al. 2020, https://arxiv.org/abs/1909.11480",
  },
} satisfies Record<string, Explanation>;

/** A classifier under attack. */
export const ATTACK = {
  name: "Accuracy under attack",
  text: "The share of held-out images whose class is still told right when an attacker who knows the weights changes each a little: 20 steps up the slope of the cross entropy. Black and white are 1 apart. On the left no grey value changes by more than the radius (L∞), on the right the whole change is no longer than it (L2).",
  good: "A line that stays high longer withstands more. “softmax” is the plain classifier with the same labels. The paper refines images by chains first, which withstands more; here nothing is refined (its JEM-0).",
  source: "Grathwohl et al. 2020, section 5.4, https://arxiv.org/abs/1912.03263",
} satisfies Explanation;
