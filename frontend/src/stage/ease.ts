/** Easing between things that arrive at their own pace: how far along are we to the newest? */

const FIRST_GUESS_MS = 120;
const SHORTEST_MS = 16;
const LONGEST_MS = 500;
const PAUSE_MS = 1500;

/** Measures the interval between arrivals, and turns the time since the last one into progress from 0 to 1. */
export class Ease {
  private arrived = Number.NEGATIVE_INFINITY;
  private interval = FIRST_GUESS_MS;

  /** Notes an arrival; a longer silence was a pause, and says nothing of the pace. */
  arrive(now: number): void {
    const since = now - this.arrived;
    if (since < PAUSE_MS) {
      const bounded = Math.min(Math.max(since, SHORTEST_MS), LONGEST_MS);
      this.interval += 0.3 * (bounded - this.interval);
    }
    this.arrived = now;
  }

  progress(now: number): number {
    return Math.min(Math.max((now - this.arrived) / this.interval, 0), 1);
  }

  reset(): void {
    this.arrived = Number.NEGATIVE_INFINITY;
    this.interval = FIRST_GUESS_MS;
  }
}
