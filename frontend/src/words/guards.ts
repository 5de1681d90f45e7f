/** What is said where that which samples images has failed, with a remedy. */
import { percent } from "./format";

/** Variance of the samples, as a share of real images', below which few kinds are made. */
const ALIKE = 0.4;
/** Share of pixels that stand at an edge of the grey values and do not in real images. */
const SATURATED = 0.2;
/** Standard deviations between the mean energies of samples and of real images. */
const APART = 5;
/** Share of a run before which none of it means anything: generators and chains come from noise. */
const LEARNED = 0.25;

export interface Failure {
  name: string;
  sentence: string;
}

/**
 * The failures that the figures of a run show, once so much of it is made; and of the tiles, which are chains that go on
 * by the shown energy and not what the figures are of: `tiles` is how far below real images they lie, in their deviations.
 */
export function failures(metrics: Record<string, number>, progress = 1, tiles = 0): Failure[] {
  if (progress < LEARNED) return [];
  const { variety = 1, saturation = 0, energy_gap: gap = 0 } = metrics;
  const found: Failure[] = [];
  if (variety < ALIKE)
    found.push({
      name: "Few kinds of images.",
      sentence: `The samples vary ${percent(variety)} as much as real images do. Restart more of the buffer, give the entropy term more weight, or lower the learning rate.`,
    });
  if (saturation > SATURATED)
    found.push({
      name: "Chains run off.",
      sentence: `${percent(saturation)} of the samples’ pixels stand at an edge of the grey values and should not. Take smaller steps, or an energy penalty.`,
    });
  if (Math.abs(gap) > APART)
    found.push({
      name: "Energies drift apart.",
      sentence: `Those of samples and of real images lie ${Math.abs(gap).toFixed(1)} standard deviations apart: what samples has lost the energy. Lower the learning rate, or take an energy penalty.`,
    });
  if (tiles < -APART)
    found.push({
      name: "The tiles leave the data.",
      sentence: `Their chains, which go on from moment to moment, lie ${Math.abs(tiles).toFixed(1)} standard deviations of energy below real images: the energy is lower where no data are. The figures are of the method’s own samples, which have not come there. Take more chain steps, or restart chains from noise.`,
    });
  return found;
}
