/** A sampling as the server sends it, and as the stage and the charts take it. */
import type { Motion } from "../phases/motion";
import { type DecodedFrame, decodeArray, decodeLandscape, type Landscape } from "../protocol/frame";
import { pointOf } from "../protocol/units";
import type { Outcome } from "../protocol/wire";

export interface Sampled {
  /** Each answer has its own, so that the stage knows one from the next. */
  name: string;
  /** On the stage's square, whatever part of the plane it shows; its units tell which. */
  landscape: Landscape;
  /** (kept, chains, 2) in the stage's positions. */
  draws: Float32Array;
  kept: number;
  chains: number;
  steps: number;
  /** Autocorrelation of x and of y by lag. */
  curves: [number[], number[]];
  figures: Omit<Outcome, "landscape" | "draws" | "autocorrelation">;
}

/** What the stage shows of a sampling. */
export type Shown = Pick<Sampled, "name" | "landscape" | "draws" | "chains">;

let answers = 0;

/** An answer as the stage and the charts take it. */
export function decodeSampling(wire: Outcome, steps: number): Sampled {
  const { landscape, draws: packed, autocorrelation, ...figures } = wire;
  const { shape, values: draws } = decodeArray(packed);
  const curves = decodeArray(autocorrelation);
  const lags = curves.shape[1]!;
  return {
    name: `sampling ${answers++}`,
    landscape: decodeLandscape(landscape),
    draws,
    kept: shape[0]!,
    chains: shape[1]!,
    steps,
    curves: [[...curves.values.subarray(0, lags)], [...curves.values.subarray(lags)]],
    figures,
  };
}

/** The map of a run's moment, whose chains are still to come. */
export function mapAlone(landscape: Landscape): Shown {
  return {
    name: `map ${answers++}`,
    landscape,
    draws: new Float32Array(),
    chains: 0,
  };
}

/** The chains at a kept moment; the map comes with the first one only. */
export function frameAt(sampled: Shown, index: number, landscape: boolean): DecodedFrame {
  const width = 2 * sampled.chains;
  return {
    run: sampled.name,
    step: index,
    seconds: 0,
    metrics: {},
    units: sampled.landscape.units,
    landscape: landscape ? sampled.landscape : null,
    arrays: {
      chains: {
        shape: [sampled.chains, 2],
        values: sampled.draws.subarray(index * width, (index + 1) * width),
      },
    },
  };
}

/** The step of the chains that a kept moment shows. */
export function stepAt(sampled: Sampled, index: number): number {
  return index * sampled.figures.thinning;
}

/** x of a chain over its steps, in the data's own units. */
export function traceOf({ draws, kept, chains, landscape, figures }: Sampled, chain: number) {
  const x = Array.from({ length: kept }, (_, i) => i * figures.thinning);
  const y = x.map((_, i) => pointOf(landscape.units, draws[2 * (i * chains + chain)]!, 0)[0]);
  return { x, y };
}

/** Whether a step begins where the chains stand at a kept moment. */
export function startsAt(moving: Motion, { draws, chains }: Sampled, moment: number): boolean {
  const begun = moving.phases[0]?.points.chains?.values ?? new Float32Array();
  return begun.every((x, i) => Math.abs(x - draws[2 * chains * moment + i]!) < 1e-3);
}
