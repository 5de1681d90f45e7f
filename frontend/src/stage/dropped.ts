/** Langevin chains dropped with the pointer: they run at once, in the page, on whatever landscape is shown. */

import { type Field, type Sample, sampleField } from "./field";
import { normal, streamSeed } from "./random";

/** Step size in positions of the stage squared: a fifth of the variance of a mode of standard deviation 0.1. */
export const STEP_SIZE = 0.002;
/** Longest drift of one step, so that steep walls do not throw a chain across the stage. */
const LONGEST_DRIFT = 0.2;
const STEPS_A_SECOND = 180;
/** Steps of one frame at the most: a page that was hidden does not catch up. */
const MOST_STEPS = 12;
export const MOST_CHAINS = 512;
/** Positions kept of all chains together, shared out so that a single chain shows a long path. */
const KEPT_POSITIONS = 3200;
const LONGEST_PATH = 480;

/** One chain and its path, oldest position first. */
export interface Dropped {
  x: number;
  y: number;
  path: number[];
  noise: () => number;
}

/** One step x <- x - eps grad E(x) + sqrt(2 eps) noise, at temperature 1; biased by eps / 2 of the curvature.
 *
 * The landscape is not known beyond its grid: a chain that leaves it is reflected at the edge.
 */
export function langevinStep(chain: Dropped, energy: Field, stepSize: number, out: Sample): void {
  sampleField(energy, chain.x, chain.y, out);
  const drift = stepSize * Math.hypot(out.dx, out.dy);
  const share = drift > LONGEST_DRIFT ? LONGEST_DRIFT / drift : 1;
  const sigma = Math.sqrt(2 * stepSize);
  chain.x = reflect(chain.x - share * stepSize * out.dx + sigma * chain.noise(), energy.extent);
  chain.y = reflect(chain.y - share * stepSize * out.dy + sigma * chain.noise(), energy.extent);
}

function reflect(x: number, extent: number): number {
  if (x > extent) return Math.max(2 * extent - x, -extent);
  return x < -extent ? Math.min(-2 * extent - x, extent) : x;
}

export class Preview {
  readonly chains: Dropped[] = [];
  private started = 0;
  private last = Number.NaN;
  private owed = 0;
  private readonly sample: Sample = { value: 0, dx: 0, dy: 0 };

  /** `seed` and the number of the chain fix its path on a given landscape. */
  constructor(private readonly seed: number) {}

  drop(x: number, y: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.chains.push({ x, y, path: [x, y], noise: normal(streamSeed(this.seed, this.started++)) });
    }
    this.chains.splice(0, this.chains.length - MOST_CHAINS);
  }

  /** Forgets the chains; the next ones take the same paths again. */
  clear(): void {
    this.chains.length = 0;
    this.started = 0;
  }

  /** Runs on by the time since the last call. */
  advance(now: number, energy: Field): void {
    const seconds = Number.isNaN(this.last) ? 0 : (now - this.last) / 1000;
    this.last = now;
    this.owed = Math.min(this.owed + seconds * STEPS_A_SECOND, MOST_STEPS);
    const steps = Math.floor(this.owed);
    this.owed -= steps;
    this.run(energy, steps);
  }

  /** Takes so many steps with every chain. */
  run(energy: Field, steps: number): void {
    const kept = 2 * Math.min(LONGEST_PATH, Math.floor(KEPT_POSITIONS / Math.max(this.chains.length, 1)));
    for (const chain of this.chains) {
      for (let k = 0; k < steps; k++) {
        langevinStep(chain, energy, STEP_SIZE, this.sample);
        chain.path.push(chain.x, chain.y);
      }
      if (chain.path.length > kept) chain.path.splice(0, chain.path.length - kept);
    }
  }
}
