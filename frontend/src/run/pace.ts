/** The pace of a run as the page sees it: updates and frames a second, lag, and a counter that runs between them. */

const WINDOW = 4000;

export class Pace {
  private arrivals: { step: number; at: number }[] = [];
  private shown = 0;
  /** Milliseconds from a frame's arrival to its drawing, smoothed. */
  private drawing = 0;
  /** Milliseconds there and back, of the newest ping. */
  roundTrip = 0;

  /** A frame or a metrics row of `step` arrived at `now` (milliseconds). */
  arrive(step: number, now: number): void {
    const last = this.arrivals.at(-1);
    if (last && step < last.step) this.reset();
    if (last && last.step === step) return;
    this.arrivals.push({ step, at: now });
    while (this.arrivals.length > 2 && now - this.arrivals[0]!.at > WINDOW) this.arrivals.shift();
  }

  /** A frame that arrived at `arrived` was drawn at `now`. */
  drew(arrived: number, now: number): void {
    const took = Math.max(0, now - arrived);
    this.drawing = this.drawing === 0 ? took : 0.8 * this.drawing + 0.2 * took;
  }

  reset(): void {
    this.arrivals = [];
    this.shown = 0;
    this.drawing = 0;
  }

  /** Updates a second over the last few seconds; 0 once nothing has come for a while. */
  updatesPerSecond(now: number): number {
    const recent = this.arrivals.filter(({ at }) => now - at <= WINDOW);
    const first = recent[0];
    const last = recent.at(-1);
    if (!first || !last || last.at === first.at) return 0;
    return ((last.step - first.step) / (last.at - first.at)) * 1000;
  }

  /** The number on the counter: the newest step, carried on at the measured speed, never backwards.
   *
   * It never runs more than one gap between arrivals ahead, so it stands still when the run does.
   */
  counterAt(now: number, moving: boolean): number {
    const last = this.arrivals.at(-1);
    if (!last) return this.shown;
    const before = this.arrivals.at(-2);
    const gap = before ? last.at - before.at : 0;
    const ahead = moving ? (this.updatesPerSecond(now) * Math.min(now - last.at, 1.5 * gap)) / 1000 : 0;
    const target = last.step + ahead;
    this.shown = moving ? Math.max(target, this.shown) : last.step;
    return Math.floor(this.shown);
  }

  /** Milliseconds that what is seen is behind what the server sent. */
  get lag(): number {
    return this.roundTrip / 2 + this.drawing;
  }
}

/** How often something happens, over the last few seconds. */
export class Frequency {
  private times: number[] = [];

  count(now: number): void {
    this.times.push(now);
  }

  perSecond(now: number): number {
    while (this.times.length > 0 && now - this.times[0]! > WINDOW) this.times.shift();
    const first = this.times[0];
    return first === undefined || this.times.length < 2
      ? 0
      : ((this.times.length - 1) * 1000) / (now - first);
  }
}
