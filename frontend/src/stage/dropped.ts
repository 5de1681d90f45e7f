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

/** How many chains start at a place, and how far around it they are spread. */
export type Drop = [count: number, spread: number];
/** What a press starts, each bit of a drag, and a cloud. */
export const DROPS = { press: [12, 0], drag: [3, 0], cloud: [64, 0.35] } satisfies Record<string, Drop>;
/** Pixels between two bits of a drag. */
export const APART = 14;

/** One chain and its path, oldest position first. */
export interface Dropped {
  x: number;
  y: number;
  path: number[];
  noise: () => number;
}

/** Chains that are moved by the energy itself at the most; more of them move by the landscape between its cells. */
const MOST_EXACT = 64;

/** Fills `gradients` of the energy at points, x and y in turn. */
export type Gradients = (points: Float64Array, gradients: Float64Array) => void;

/** One step x <- x - eps grad E(x) + sqrt(2 eps) noise, at temperature 1; biased by eps / 2 of the curvature.
 *
 * The landscape is not known beyond its grid: a chain that leaves it is reflected at the edge.
 */
export function langevinStep(chain: Dropped, energy: Field, stepSize: number, out: Sample): void {
  sampleField(energy, chain.x, chain.y, out);
  move(chain, out.dx, out.dy, stepSize);
  chain.x = reflect(chain.x, energy.extent);
  chain.y = reflect(chain.y, energy.extent);
}

/** The step itself, along a gradient. */
function move(chain: Dropped, dx: number, dy: number, stepSize: number): void {
  const drift = stepSize * Math.hypot(dx, dy);
  const share = drift > LONGEST_DRIFT ? LONGEST_DRIFT / drift : 1;
  const sigma = Math.sqrt(2 * stepSize);
  chain.x += -share * stepSize * dx + sigma * chain.noise();
  chain.y += -share * stepSize * dy + sigma * chain.noise();
}

function reflect(x: number, extent: number): number {
  if (x > extent) return Math.max(2 * extent - x, -extent);
  return x < -extent ? Math.min(-2 * extent - x, extent) : x;
}

export class Preview {
  readonly chains: Dropped[] = [];
  private runs = "";
  private started = 0;
  private last = Number.NaN;
  private owed = 0;
  private readonly sample: Sample = { value: 0, dx: 0, dy: 0 };

  /** `seed` and the number of the chain fix its path on a given landscape. */
  constructor(private readonly seed: number) {}

  /** Starts chains at a place, or as a cloud around it: normally, with this standard deviation. */
  drop(x: number, y: number, count: number, spread = 0): void {
    for (let i = 0; i < count; i++) {
      const noise = normal(streamSeed(this.seed, this.started++));
      const start = spread > 0 ? [x + spread * noise(), y + spread * noise()] : [x, y];
      this.chains.push({ x: start[0]!, y: start[1]!, path: start, noise });
    }
    this.chains.splice(0, this.chains.length - MOST_CHAINS);
  }

  /** Chains belong to the run, or the runs side by side, that they were dropped on: they stay while its moments
   * change, and go when others are shown.
   */
  on(runs: string): void {
    if (runs !== this.runs) this.clear();
    this.runs = runs;
  }

  /** Forgets the chains; the next ones take the same paths again. */
  clear(): void {
    this.chains.length = 0;
    this.started = 0;
  }

  /** Runs on by the time since the last call, by the energy itself where its gradients are at hand. */
  advance(now: number, energy: Field, gradients: Gradients | null = null): void {
    const seconds = Number.isNaN(this.last) ? 0 : (now - this.last) / 1000;
    this.last = now;
    this.owed = Math.min(this.owed + seconds * STEPS_A_SECOND, MOST_STEPS);
    const steps = Math.floor(this.owed);
    this.owed -= steps;
    this.run(energy, steps, gradients);
  }

  /** Takes so many steps with every chain. */
  run(energy: Field, steps: number, gradients: Gradients | null = null): void {
    const exact = this.chains.length <= MOST_EXACT ? gradients : null;
    const kept = 2 * Math.min(LONGEST_PATH, Math.floor(KEPT_POSITIONS / Math.max(this.chains.length, 1)));
    for (let k = 0; k < steps; k++) {
      if (exact) this.exactStep(exact);
      else for (const chain of this.chains) langevinStep(chain, energy, STEP_SIZE, this.sample);
      for (const chain of this.chains) chain.path.push(chain.x, chain.y);
    }
    for (const chain of this.chains) {
      if (chain.path.length > kept) chain.path.splice(0, chain.path.length - kept);
    }
  }

  /** A step of all chains by the energy itself, which is known everywhere. */
  private exactStep(gradients: Gradients): void {
    const points = Float64Array.from(this.chains.flatMap(({ x, y }) => [x, y]));
    const slopes = new Float64Array(points.length);
    gradients(points, slopes);
    for (const [i, chain] of this.chains.entries())
      move(chain, slopes[2 * i]!, slopes[2 * i + 1]!, STEP_SIZE);
  }
}
