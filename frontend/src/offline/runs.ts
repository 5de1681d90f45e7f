/** The runs that travel in the file, decoded: what a person took home. */
import { decode } from "@msgpack/msgpack";
import type { Raced } from "../compare/clock";
import type { Family } from "../compare/figures";
import { decodeEnergy, type Energy } from "../energy/description";
import { type DecodedFrame, decodeFrame, decodeLandscape, type Landscape, over } from "../protocol/frame";
import type { MetricRow, PackedEnergy, PackedLandscape, Run, WireFrame } from "../protocol/wire";

/** Of the file's format. */
const VERSION = 2;

interface WireRun {
  run: Run;
  title: string;
  method: string;
  family: Family;
  frames: WireFrame[];
  metrics: MetricRow[];
  changes: Change[];
  energies: PackedEnergy[];
  /** The same with other seeds: of these there are figures alone. */
  repeats: { run: Run; metrics: MetricRow[] }[];
}

interface WireRuns {
  version: number;
  runs: WireRun[];
  truth: PackedLandscape | null;
}

/** What was changed while a run went on. */
export interface Change {
  step: number;
  path: string;
  value: unknown;
  previous: unknown;
}

export interface OfflineRun extends Raced {
  title: string;
  /** The method's title. */
  method: string;
  family: Family;
  frames: DecodedFrame[];
  changes: Change[];
  /** The energies of some of the moments, by update. */
  energies: Map<number, Energy>;
  /** The same with other seeds. */
  repeats: Raced[];
}

export interface Taken {
  runs: OfflineRun[];
  truth: Landscape | null;
}

/** Reads base64 of gzip of MessagePack; throws an Error that says what does not fit. */
export async function taken(text: string): Promise<Taken> {
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const wire = decode(new Uint8Array(await new Response(plain).arrayBuffer())) as WireRuns;
  if (wire.version !== VERSION)
    throw new Error(`The runs in this file have version ${wire.version}; its page reads ${VERSION}.`);
  return { runs: wire.runs.map(runOf), truth: wire.truth && decodeLandscape(wire.truth) };
}

function runOf(wire: WireRun): OfflineRun {
  const { run, title, method, family, frames, metrics, changes, energies, repeats } = wire;
  let before: DecodedFrame | null = null;
  const decoded = frames.map((frame) => (before = over(decodeFrame({ ...frame, run: run.id }), before)));
  return {
    info: run,
    title,
    method,
    family,
    frames: decoded,
    rows: metrics,
    keyframes: decoded.map(({ step, seconds }) => ({ step, seconds })),
    changes,
    energies: new Map(energies.map((energy) => [energy.step, decodeEnergy(energy)])),
    repeats: repeats.map(({ run, metrics }) => ({ info: run, rows: metrics, keyframes: [] })),
  };
}
