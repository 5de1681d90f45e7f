/** Maps of an energy from a thread of their own: coarse at once, then fine. */
import type { Evaluator, Square } from "./evaluator";
import type { MapAnswer, MapRequest } from "./worker";

/** A part of a worker that tests can stand in for. */
export interface Thread {
  postMessage(request: MapRequest): void;
  onmessage: ((event: MessageEvent<MapAnswer>) => void) | null;
  onerror?: ((event: ErrorEvent) => void) | null;
  terminate?: () => void;
}

export class Maps {
  private number = 0;
  private known: Evaluator | null = null;
  private thread: Thread | null = null;

  /** `received` gets each map of the newest request; `failed` is told when the thread cannot go on. */
  constructor(
    private readonly start: () => Thread,
    private readonly received: (of: Evaluator, map: MapAnswer) => void,
    private readonly failed: () => void = () => undefined,
  ) {}

  /** Asks for the energy over a square at some sizes; what was asked before is given up. */
  ask(evaluator: Evaluator, square: Omit<Square, "size">, sizes: number[]): void {
    this.thread ??= this.started();
    const { energy, units } = evaluator;
    const sent = evaluator === this.known ? {} : { energy: { energy, units } };
    this.known = evaluator;
    this.thread.postMessage({ number: ++this.number, square, sizes, ...sent });
  }

  /** Ends the thread; another begins where something is asked again. */
  end(): void {
    this.thread?.terminate?.();
    this.thread = null;
    this.known = null;
  }

  private started(): Thread {
    const thread = this.start();
    thread.onmessage = ({ data }) => {
      if (data.number === this.number && this.known) this.received(this.known, data);
    };
    thread.onerror = () => this.failed();
    return thread;
  }
}
