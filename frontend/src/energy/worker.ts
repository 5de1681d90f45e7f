/** A thread that computes maps of an energy, so that the page does not wait: the newest request alone counts. */
import type { Units } from "../protocol/units";
import type { Energy } from "./description";
import { Evaluator, type Square } from "./evaluator";
import { type Means, Painter } from "./painter";

/** What the page asks: a map of a square at some sizes, the coarsest first; with an energy where it is another one. */
export interface MapRequest {
  number: number;
  energy?: { energy: Energy; units: Units };
  square: Omit<Square, "size">;
  sizes: number[];
}

export interface MapAnswer {
  number: number;
  square: Square;
  values: Float32Array;
  /** The finest of its request. */
  last: boolean;
  /** That it took to compute. */
  milliseconds: number;
  by: Means;
  /** Why it is not WebGL2. */
  why: string | null;
}

/** Cells between two looks for a newer request: about 8 ms of work. */
const CELLS = 1024;

const painter = new Painter();
let newest = 0;

self.onmessage = ({ data }: MessageEvent<MapRequest>) => {
  if (data.energy) painter.take(new Evaluator(data.energy.energy, data.energy.units));
  newest = data.number;
  void answer(data);
};

async function answer({ number, square, sizes }: MapRequest): Promise<void> {
  for (const [i, size] of sizes.entries()) {
    const start = performance.now();
    const values = new Float32Array(size * size);
    const rows = Math.ceil(CELLS / size);
    for (let row = 0; row < size; ) {
      row += painter.paint({ ...square, size }, row, rows, values);
      await others();
      if (newest !== number) return;
    }
    const milliseconds = performance.now() - start;
    const done: MapAnswer = {
      number,
      square: { ...square, size },
      values,
      last: i === sizes.length - 1,
      milliseconds,
      by: painter.means,
      why: painter.why,
    };
    self.postMessage(done, { transfer: [values.buffer] });
  }
}

const channel = new MessageChannel();
let go: () => void = () => undefined;
channel.port1.onmessage = () => go();

/** Lets messages in that have come. */
function others(): Promise<void> {
  return new Promise((resolve) => {
    go = resolve;
    channel.port2.postMessage(null);
  });
}
