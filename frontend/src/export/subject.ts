/** What is taken home: runs and how they are looked at, as the lab or a comparison hands them on. */
import { signal } from "@preact/signals";
import type { Figure } from "../charts/Plot";
import type { DecodedFrame } from "../protocol/frame";
import type { Film } from "../run/replay";
import type { Camera, ImageSource, Layers, Mode, Orbit, Scale, Theme } from "../stage";
import type { Field } from "../stage/field";

/** How stages are looked at. */
export interface Looks {
  theme: Theme;
  layers: Layers;
  mode: Mode;
  camera: Camera;
  orbit: Orbit | null;
  truth: Field | null;
  axes: readonly [string, string] | null;
  /** Whose images the tiles show; null of the plane. */
  source: ImageSource | null;
  /** Chains that were dropped are on the stage. */
  dropped: boolean;
  /** Of several: the scale of −log p that they share; null for energies. */
  scale: Scale | "own" | null;
}

export interface SubjectRun {
  /** Null of the stored run, of which the server knows nothing. */
  id: string | null;
  title: string;
  /** The same with other seeds, and which. */
  repeats: { id: string; seed: number }[];
  film: Film;
  /** What stands on its stage. */
  frame: DecodedFrame | null;
}

export interface Subject {
  /** What files are called. */
  name: string;
  runs: SubjectRun[];
  /** The update of each run at every moment, in the order of the clock. */
  moments: number[][];
  /** The moment on the stage, as a place in these. */
  here: number;
  clock: "updates" | "seconds" | "evaluations";
  looks: Looks;
  charts: ChartToPrint[];
}

export interface ChartToPrint {
  /** Of its file, and what it is called. */
  name: string;
  /** What its axes are called, with units. */
  x: string;
  y: string;
  figure: () => Figure;
}

/** What the dialog is open for. */
export const subject = signal<Subject | null>(null);

export type Span = "whole" | "to" | "from";

/** The places of the moments within a span. */
export function within({ moments, here }: Subject, span: Span): [number, number] {
  const last = moments.length - 1;
  if (span === "to") return [0, here];
  return span === "from" ? [here, last] : [0, last];
}
