/** An energy as numbers alone, decoded from the wire: what computes it without the server. */

import { decodeArray } from "../protocol/frame";
import type { PackedEnergy } from "../protocol/wire";

/** Of the format that this page computes. */
const VERSION = 1;

export interface Layer {
  /** Row-major, (out, in). */
  weight: Float64Array;
  bias: Float64Array;
}

/** sum_k offsets_k r_k(x), with r the softmax over k of logWeights_k - |x - mean_k|_k^2 / 2. */
export interface Mixture {
  offsets: readonly number[];
  logWeights: readonly number[];
  means: readonly (readonly number[])[];
  /** The matrices of the squared lengths. */
  precisions: readonly (readonly (readonly number[])[])[];
}

/** E(p) as `PackedEnergy` says it, step by step. */
export interface Energy {
  /** The update that it is of. */
  step: number;
  center: readonly [number, number];
  matrix: readonly [readonly [number, number], readonly [number, number]];
  /** Row-major, (2, w); empty where there are no features. */
  frequencies: Float64Array;
  phases: Float64Array;
  activation: PackedEnergy["activation"];
  layers: Layer[];
  reading: PackedEnergy["reading"];
  scale: number;
  quadratic: number;
  constant: number;
  groups: Mixture | null;
}

const NONE = new Float64Array(0);

/** Decodes an energy; throws an Error that says what of it does not fit. */
export function decodeEnergy(wire: PackedEnergy): Energy {
  if (wire.version !== VERSION) {
    throw new Error(
      `The server writes energies in version ${wire.version} and this page reads version ${VERSION}: reload the page.`,
    );
  }
  const frequencies = wire.frequencies ? doubles(wire.frequencies) : NONE;
  const phases = wire.phases ? doubles(wire.phases) : NONE;
  const layers = wire.layers.map(({ weight, bias }) => ({ weight: doubles(weight), bias: doubles(bias) }));
  let inputs = 2 + 2 * phases.length;
  for (const [i, { weight, bias }] of layers.entries()) {
    if (weight.length !== bias.length * inputs) {
      throw new Error(
        `layer ${i + 1} of the energy has ${weight.length} weights for ${inputs} inputs and ${bias.length} units`,
      );
    }
    inputs = bias.length;
  }
  const { step, center, matrix, activation, reading, scale, quadratic, constant, groups } = wire;
  const given = { step, center, matrix, activation, reading, scale, quadratic, constant };
  return { ...given, frequencies, phases, layers, groups: groups && mixtureOf(groups) };
}

function mixtureOf(wire: NonNullable<PackedEnergy["groups"]>): Mixture {
  const { offsets, log_weights: logWeights, means, precisions } = wire;
  return { offsets, logWeights, means, precisions };
}

const doubles = (array: Parameters<typeof decodeArray>[0]) => Float64Array.from(decodeArray(array).values);
