/** The page's one animation loop: draws what is visible and due, 12 ms of work a frame where one thing takes no longer. */

export const BUDGET = 12;

export interface Painter {
  /** Milliseconds between drawings; 0 draws in every frame, before all else and whatever it costs. */
  every: number;
  draw: (now: number) => void;
  /** Left out where it is always seen. */
  visible?: () => boolean;
}

export class Loop {
  private painters = new Map<Painter, number>();
  private handle = 0;

  /** `request` asks for one animation frame; browsers ask none of a hidden tab, so nothing is drawn there. */
  constructor(
    private readonly request: (callback: (now: number) => void) => number = (callback) =>
      requestAnimationFrame(callback),
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Adds a painter and returns what removes it. */
  add(painter: Painter): () => void {
    this.painters.set(painter, Number.NEGATIVE_INFINITY);
    if (!this.handle) this.handle = this.request(this.tick);
    return () => this.painters.delete(painter);
  }

  private tick = (now: number): void => {
    this.handle = this.request(this.tick);
    const start = this.clock();
    const due: { painter: Painter; late: number }[] = [];
    for (const [painter, drawn] of this.painters) {
      if (painter.visible && !painter.visible()) continue;
      if (painter.every === 0) painter.draw(now);
      else if (now - drawn >= painter.every) due.push({ painter, late: (now - drawn) / painter.every });
    }
    due.sort((a, b) => b.late - a.late);
    for (const [i, { painter }] of due.entries()) {
      // the latest one always: else what is drawn in every frame could keep all others waiting for ever
      if (i > 0 && this.clock() - start > BUDGET) break;
      this.painters.set(painter, now);
      painter.draw(now);
    }
  };
}

export const loop = new Loop();
