/** Who computes maps in this browser: WebGL2 where it is there, agrees and is faster, else plain TypeScript. */
import type { Evaluator, Square } from "./evaluator";
import { Gpu, NoGpu } from "./gpu";

export type Means = "WebGL2" | "TypeScript";

/** Cells along the side of the maps that are compared. */
const TRIED = 48;
/** Largest difference between the two, where energies are large relative to them. */
const AGREEMENT = 1e-4;

export class Painter {
  private evaluator: Evaluator | null = null;
  private gpu: Gpu | null = null;
  private tried = false;
  private loaded = false;
  /** Why WebGL2 does not compute. */
  why: string | null = null;

  constructor(
    private readonly start: () => Gpu = () => new Gpu(),
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Takes another energy; of the first one both make a map. */
  take(evaluator: Evaluator): void {
    this.evaluator = evaluator;
    this.loaded = false;
    this.guarded(() => {
      if (!this.tried) this.gpu = this.start();
      this.gpu?.load(evaluator);
      this.loaded = this.gpu !== null;
      if (!this.tried && this.gpu) this.compare(evaluator, this.gpu);
    });
    this.tried = true;
  }

  get means(): Means {
    return this.loaded ? "WebGL2" : "TypeScript";
  }

  /** Fills `out` with E at some rows of a square, or at all of them; tells how many. */
  paint(square: Square, first: number, rows: number, out: Float32Array): number {
    if (this.loaded && first === 0) {
      this.guarded(() => this.gpu?.map(square, out));
      if (this.loaded) return square.size;
    }
    const count = Math.min(rows, square.size - first);
    this.evaluator?.rows(square, first, count, out.subarray(first * square.size));
    return count;
  }

  private compare(evaluator: Evaluator, gpu: Gpu): void {
    const square = { x: 0, y: 0, extent: 4.5, size: TRIED };
    const [plain, quick] = [new Float32Array(TRIED ** 2), new Float32Array(TRIED ** 2)];
    gpu.map(square, quick); // the first one pays for the shader
    const timed = (work: () => void) => {
      const begin = this.clock();
      work();
      return this.clock() - begin;
    };
    const byGpu = timed(() => gpu.map(square, quick));
    const byHand = timed(() => evaluator.rows(square, 0, TRIED, plain));
    const apart = plain.reduce(
      (most, e, i) => Math.max(most, Math.abs(e - quick[i]!) / Math.max(1, Math.abs(e))),
      0,
    );
    if (!(apart < AGREEMENT)) throw new NoGpu(`its WebGL2 is off by ${apart.toPrecision(1)}`);
    if (byGpu >= byHand) {
      const [a, b] = [byGpu, byHand].map((time) => time.toFixed(time < 10 ? 1 : 0));
      throw new NoGpu(`its WebGL2 takes ${a} ms where plain code takes ${b}`);
    }
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof NoGpu)) throw error;
      this.loaded = false;
      this.why = error.message;
      if (!error.once) this.gpu = null;
    }
  }
}
