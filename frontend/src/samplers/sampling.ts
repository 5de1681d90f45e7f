/** A sampling as the server sends it, and as the stage and the charts take it. */
import { type DecodedFrame, decodeArray, decodeLandscape, type Landscape } from "../protocol/frame";
import type { Outcome } from "../protocol/wire";
import type { Readout, Units } from "../stage";
import { SHOWN_EXTENT } from "../stage/viewport";

export interface Sampled {
  /** Each answer has its own, so that the stage knows one from the next. */
  name: string;
  /** On the stage's square, whatever part of the plane it shows. */
  landscape: Landscape;
  units: Units;
  /** (kept, chains, 2) in the stage's positions. */
  draws: Float32Array;
  kept: number;
  chains: number;
  steps: number;
  /** Autocorrelation of x and of y by lag. */
  curves: [number[], number[]];
  figures: Omit<Outcome, "landscape" | "center" | "draws" | "autocorrelation">;
}

/** What the stage shows of a sampling. */
export type Shown = Pick<Sampled, "name" | "landscape" | "units" | "draws" | "chains">;

let answers = 0;

/** Brings the map, wherever it lies in the plane, to the square that the stage draws. */
export function decodeSampling(wire: Outcome, steps: number): Sampled {
  const { landscape: map, center, draws: packed, autocorrelation, ...figures } = wire;
  const landscape = decodeLandscape(map);
  const unit = landscape.extent / SHOWN_EXTENT;
  const { shape, values } = decodeArray(packed);
  const draws = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) draws[i] = (values[i]! - center[i % 2]!) / unit;
  const curves = decodeArray(autocorrelation);
  const lags = curves.shape[1]!;
  return {
    name: `sampling ${answers++}`,
    landscape: { ...landscape, extent: SHOWN_EXTENT },
    units: { center, unit },
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
    landscape: { ...landscape, extent: SHOWN_EXTENT },
    units: { center: [0, 0], unit: landscape.extent / SHOWN_EXTENT },
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
export function traceOf({ draws, kept, chains, units, figures }: Sampled, chain: number) {
  const x = Array.from({ length: kept }, (_, i) => i * figures.thinning);
  const y = x.map((_, i) => draws[2 * (i * chains + chain)]! * units.unit + units.center[0]);
  return { x, y };
}

/** A position of the stage in the data's own units. */
export function pointOf({ center, unit }: Units, x: number, y: number): [number, number] {
  return [x * unit + center[0], y * unit + center[1]];
}

/** What is under the pointer, in the data's own units. */
export function readingOf(at: Readout, units: Units): Readout {
  const [x, y] = pointOf(units, at.x, at.y);
  const score: [number, number] = [at.score[0] / units.unit, at.score[1] / units.unit];
  return { x, y, energy: at.energy, density: at.density / units.unit ** 2, score };
}
