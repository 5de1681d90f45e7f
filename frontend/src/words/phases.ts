/** What stands in slow motion: its points, its arrows, and the numbers at them. */
import type { Explanation } from "./explaining";

export interface Worded {
  word: string;
  explanation: Explanation;
}

const worded = (word: string, text: string, good?: string): Worded => ({
  word,
  explanation: { name: word.charAt(0).toUpperCase() + word.slice(1), text, ...(good && { good }) },
});

export const SLOW = {
  control: {
    name: "Slow motion (m)",
    text: "Makes one update and shows it in phases, at a dozen points of its own batch. A run that goes on is paused first. The update is the same to the bit as any other.",
    good: "Arrow keys go from phase to phase, space plays them through, m makes the next update, Escape leaves.",
  },
  step: {
    name: "Slow motion (m)",
    text: "Takes the next step of the first chains apart: drift, noise, and whether the proposal is accepted.",
    good: "Arrow keys go from phase to phase, space plays them through, m makes the next step, Escape leaves.",
  },
  before: { name: "Phase before (←)", text: "What this update did just before." },
  after: { name: "Phase after (→)", text: "What this update did next." },
  play: {
    name: "Play the phases (space)",
    text: "One after the other, as long as each takes to be read; any key or button holds.",
  },
  next: {
    name: "Next (m)",
    text: "Makes one more update, or step, and shows its phases.",
  },
  leave: { name: "Leave (Escape)", text: "Back to the run, which stays paused after this update." },
  lens: {
    name: "Lens",
    text: "Where arrows are too short to be compared, one point is shown larger: the same points and arrows.",
  },
  energies: {
    name: "Energies in slow motion",
    text: "Those of the weights that are trained, just before and just after this update. The map shows their moving average, which lags behind.",
  },
  change: {
    name: "What the landscape did",
    text: "The energy after this update less the energy before it, all over the map. Violet: it fell. Green: it rose.",
    good: "It falls at the data and rises at the samples, where these are not the same.",
  },
  term: {
    name: "The lit term",
    text: "The part of the update’s rule, or of a chain’s move, that this phase is.",
  },
} satisfies Record<string, Explanation>;

export const POINT_WORDS: Record<string, Worded> = {
  data: worded("data", "Points of this update’s own batch."),
  chains: worded("chains", "Some of the chains of this update, followed through all of its phases."),
  rejected: worded("rejected", "Proposals that were not accepted: these chains stay where they were."),
  generator: worded("generator", "Samples that the generator drew in this update."),
  perturbed: worded("perturbed", "Points of the batch with the noise of this update."),
  labelled: worded("labelled", "Points of this update whose class is known."),
  far: worded("far points", "Points far from all data, where the energy must not be low."),
};

export const ARROW_WORDS: Record<string, Worded> = {
  drift: worded("drift", "Where the energy’s slope moves a chain in this step."),
  noise: worded("noise", "The random part of a move."),
  target: worded("target", "The way back to where a perturbed point came from: what the slope should be."),
  predicted: worded(
    "predicted",
    "Where the energy’s slope leads from a perturbed point.",
    "It should end where the target does.",
  ),
  predicted_before: worded("before", "The same arrow before this update."),
  energy: worded("downhill", "Along −∇E: where the energy would have the point."),
  entropy: worded("entropy", "Where the entropy term drives a sample: away from the others."),
  pull: worded("pull", "Where the weighted negatives draw a sample."),
  slice: worded("direction v", "The random direction along which the curvature is taken."),
  moved: worded("moved", "From where it was to where it is."),
};

export const VALUE_WORDS: Record<string, Worded> = {
  before: worded("E before", "The energy at this very point just before the update."),
  after: worded("E after", "The energy at this very point just after the update."),
  energy: worded("E", "The energy at this point when it was asked for."),
  accepted: worded("accepted", "Whether the chain goes where it was proposed to; else it stays."),
  slot: worded("slot", "The place in the buffer that the chain is read from and stored back to."),
  afresh: worded("afresh", "Whether the chain starts anew; else it goes on from the buffer."),
  weight: worded("weight", "How much a negative counts; 1 is an equal share."),
  level: worded("σ", "The noise level of this point, in data units."),
  loss: worded("loss", "The loss at this point before the update.", "Lower is better."),
  loss_after: worded("loss after", "The loss at this point after the update."),
  slope: worded("|∇E|", "The length of the slope.", "0 at a data point."),
  curvature: worded(
    "bowl",
    "How the energy curves: its Laplacian, or v′Hv along the direction v. A filled disc is a bowl, a ring is a dome.",
  ),
  curvature_after: worded("after", "The same after the update."),
  class: worded("class", "The class of a labelled point."),
  chance: worded("p(y|x)", "What the model gives the point’s own class, before the update."),
  chance_after: worded("p after", "What it gives it after the update."),
  z1: worded("z₁", "The first number of the draw that made this sample."),
  z2: worded("z₂", "The second number of the draw that made this sample."),
  z3: worded("z₃", "The third number of the draw that made this sample."),
  z4: worded("z₄", "The fourth number of the draw that made this sample."),
};
