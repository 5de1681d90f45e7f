/** Which energy the page has in hand: that of the moment on the stage, asked for only when something wants it. */
import { Refusal } from "../protocol/api";
import type { PackedEnergy } from "../protocol/wire";
import { decodeEnergy, type Energy } from "./description";

/** The moment on the stage, as far as its energy can be asked for. */
export interface Moment {
  run: string;
  /** The update of a snapshot; null for what the run shows now. */
  snapshot: number | null;
  /** Changes when what the run shows now has changed. */
  step: number;
}

/** Energies of past moments that are kept. */
const KEPT = 12;
/** Milliseconds after which the energy of a run that goes on is no longer that of now. */
const STALE = 5000;
/** Milliseconds after a request that failed. */
const PATIENCE = 2000;

export class Energies {
  private readonly past = new Map<string, Energy>();
  private readonly refused = new Set<string>();
  private asking = false;
  private notBefore = 0;
  private now: { run: string; step: number; at: number; energy: Energy } | null = null;
  /** Why there is none, where the server says so. */
  fault: string | null = null;

  constructor(
    private readonly fetch: (run: string, step?: number) => Promise<PackedEnergy>,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** The energy in hand of a moment: that of now may be some updates old, and some seconds. */
  at({ run, snapshot, step }: Moment): Energy | null {
    if (snapshot !== null) return this.past.get(`${run} ${snapshot}`) ?? null;
    const { now } = this;
    if (now?.run !== run) return null;
    return now.step === step || this.clock() - now.at < STALE ? now.energy : null;
  }

  /** Fetches the energy of a moment, unless it is in hand, on its way, or refused for good. */
  async want(moment: Moment): Promise<void> {
    const { run, snapshot, step } = moment;
    const fresh = snapshot === null ? this.now?.run === run && this.now.step === step : this.at(moment);
    if (this.asking || fresh || this.refused.has(run) || this.clock() < this.notBefore) return;
    this.asking = true;
    try {
      const energy = decodeEnergy(await this.fetch(run, snapshot ?? undefined));
      this.fault = null;
      if (snapshot === null) this.now = { run, step, at: this.clock(), energy };
      else this.keep(`${run} ${snapshot}`, energy);
    } catch (error) {
      this.fault = (error as Error).message;
      this.notBefore = this.clock() + PATIENCE;
      if (error instanceof Refusal && error.status === 409) this.refused.add(run);
    } finally {
      this.asking = false;
    }
  }

  private keep(name: string, energy: Energy): void {
    this.past.set(name, energy);
    if (this.past.size > KEPT) this.past.delete(this.past.keys().next().value as string);
  }
}
