/** Slow motion as the page takes it: the phases of one update, or of one step of a sampler's chains. */
import { decodeArray, decodeLandscape, type Landscape, type NumericArray } from "../protocol/frame";
import type { PackedPhase, SlowMotion } from "../protocol/wire";

export interface Arrows {
  start: NumericArray;
  end: NumericArray;
}

export interface Phase {
  name: string;
  /** The part of one of the formulas that it is, as TeX. */
  term: string;
  sentence: string;
  points: Record<string, NumericArray>;
  arrows: Record<string, Arrows>;
  values: Record<string, Record<string, Float32Array>>;
  /** What earlier phases have brought, and this one has no part in. */
  rest: Record<string, NumericArray>;
  /** It is what the landscape did: its energies have changed at the points. */
  pushes: boolean;
}

export interface Motion {
  /** What it is of, for people: "Update" or "Step". */
  what: "Update" | "Step";
  number: number;
  phases: Phase[];
  /** E after the update less E before it; null where there is no map. */
  change: Landscape | null;
  images: boolean;
  /** The method's equation and its sampler's move, as TeX. */
  formulas: string[];
}

export function decodeMotion(wire: SlowMotion, what: Motion["what"], formulas: string[]): Motion {
  const seen: Record<string, NumericArray> = {};
  const phases = wire.phases.map((packed) => {
    const phase = decodePhase(packed, { ...seen });
    Object.assign(seen, phase.points);
    return phase;
  });
  const change = wire.change ? decodeLandscape(wire.change) : null;
  return { what, number: wire.step, phases, change, images: wire.window === null, formulas };
}

function decodePhase(packed: PackedPhase, seen: Record<string, NumericArray>): Phase {
  const { name, term, sentence } = packed;
  const points = mapped(packed.points, decodeArray);
  const arrows = mapped(packed.arrows, ({ start, end }) => ({
    start: decodeArray(start),
    end: decodeArray(end),
  }));
  const values = mapped(packed.values, (of) => mapped(of, (numbers) => decodeArray(numbers).values));
  for (const known of Object.keys(points)) delete seen[known];
  // what was proposed and not taken is nothing any more
  delete seen.rejected;
  const pushes = Object.values(values).some((of) => "before" in of);
  return { name, term, sentence, points, arrows, values, rest: seen, pushes };
}

function mapped<A, B>(record: Record<string, A>, of: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
}

/** Milliseconds that a phase stands while all are played; the later steps of long chains pass quickly. */
export function standing({ name, sentence }: Phase): number {
  if (/^Step \d+ of \d+$/.test(name)) return 450;
  return Math.min(1400 + 16 * sentence.length, 4500);
}
