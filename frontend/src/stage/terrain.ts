/** The landscape of the moment: eased between arrivals, measured, read under the pointer, and painted as the mode asks. */

import { type Legend, legend } from "./axes";
import { DENSITY_SPAN, type LookUpTable } from "./colormap";
import { Ease } from "./ease";
import { covers, type Field, logPartition, type Sample, sampleField } from "./field";
import { Landscape } from "./heatmap";
import { colors, type Mode, type Moment, measure, picture, type Scale, type Uncertainty } from "./modes";
import type { Theme } from "./palette";
import type { Window } from "./viewport";

/** What is under the pointer. */
export interface Readout {
  x: number;
  y: number;
  /** What one position of the stage is in the units of x and y. */
  unit: [number, number];
  /** In nats, up to the constant of the energy. */
  energy: number;
  /** The same above the lowest on the map: what its colours count. */
  above: number;
  density: number;
  /** Minus the gradient of the energy, in nats a unit. */
  score: [number, number];
  /** 1 - max p(y | x) of the energy's own classifier and of the plain one, where there are some. */
  unsure?: { joint: number; softmax: number | null } | null;
}

/** Energies of a part of the plane, and how far they lie above the landscape's: its constant drifts in training. */
export interface CloseUp {
  field: Field;
  drift: number;
}

/** Nats by which a common scale moves before landscapes that are shown are coloured anew. */
const LEAP = 0.1;

export class Terrain {
  private mode: Mode = "energy";
  /** The true density, where it is known. */
  truth: Field | null = null;
  /** What the legend calls it. */
  private truthName = "truth";
  /** Energies are read and coloured as −log p: on this scale, or on one of their own. */
  private aligned: Scale | "own" | null = null;
  private unsure: Uncertainty | null = null;
  private before: Moment | null = null;
  private after: Moment | null = null;
  private between: Moment | null = null;
  private readonly ease = new Ease();
  private readonly landscape: Landscape;
  /** The map must be aimed again, without easing. */
  private stale = true;
  /** Progress at the last `advance`; -1 when the next must not be skipped. */
  progress = -1;

  /** The part of the plane that is painted. */
  private view: Window;
  /** Log Z of the newest landscape, where it is known beside what its cells sum up to. */
  private exact: number | null = null;
  /** What its cells and the mass outside sum up to. */
  private summed = 0;
  /** The energy of a part of the plane, finer or farther than the landscape, as computed by the page. */
  private closeUp: CloseUp | null = null;

  constructor(
    document: Document,
    private shown: number,
  ) {
    this.view = { x: 0, y: 0, extent: shown };
    this.landscape = new Landscape(document, this.view);
  }

  /** What lies between the last two landscapes now. */
  get moment(): Moment | null {
    return this.between;
  }

  /** The newest landscape. */
  get newest(): Moment | null {
    return this.after;
  }

  /** What is seen of the moment: the close-up where it has all that is in view. */
  get seen(): Moment | null {
    return this.near(this.between);
  }

  /** Whether all that is in view is known. */
  get known(): boolean {
    const moment = this.seen;
    return moment !== null && covers(moment.energy, this.view);
  }

  /** The model's mass outside of the view; null where there is no close-up to tell. */
  get massOutside(): number | null {
    const moment = this.seen;
    if (!moment || moment.energy !== this.closeUp?.field) return null;
    return Math.min(Math.max(1 - Math.exp(logPartition(moment.energy) - moment.logPartition), 0), 1);
  }

  private near(moment: Moment | null): Moment | null {
    if (!moment || !this.closeUp || !covers(this.closeUp.field, this.view)) return moment;
    const { field, drift } = this.closeUp;
    const { lowest, span, logPartition: log } = moment;
    return { energy: field, lowest: lowest + drift, span, logPartition: log - drift };
  }

  /** Half the width of the newest landscape. */
  get extent(): number {
    return this.after?.energy.extent ?? Number.POSITIVE_INFINITY;
  }

  setMode(mode: Mode): void {
    this.mode = mode;
    this.stale = true;
  }

  setTruth(density: Field | null, name = "truth"): void {
    this.truth = density;
    this.truthName = name;
    this.stale = true;
  }

  /** Shows energies as −log p; a scale that has hardly moved is taken with the next landscape. */
  align(scale: Scale | "own" | null): void {
    const before = this.aligned;
    this.aligned = scale;
    if (before === null || scale === null || before === "own" || scale === "own") {
      if (before !== scale) this.stale = true;
    } else if (Math.max(Math.abs(before.lo - scale.lo), Math.abs(before.hi - scale.hi)) > LEAP)
      this.stale = true;
    else this.aligned = before;
  }

  /** Fits the map to so many pixels; `shown` is half the width of the whole map. */
  resize(devicePixels: number, shown: number, view: Window = { x: 0, y: 0, extent: shown }): void {
    this.shown = shown;
    this.view = view;
    this.landscape.resize(devicePixels, view);
    this.stale = true;
  }

  /** Shows another part of the plane. */
  look(view: Window): void {
    this.view = view;
    this.landscape.look(view);
    this.stale = true;
  }

  /** Takes a close-up, or gives it up. */
  setCloseUp(closeUp: CloseUp | null): void {
    if (!closeUp && !this.closeUp) return;
    this.closeUp = closeUp;
    this.stale = true;
  }

  clear(): void {
    this.before = null;
    this.after = null;
    this.between = null;
    this.unsure = null;
    this.closeUp = null;
    this.ease.reset();
    this.landscape.clear();
    this.stale = true;
  }

  /** Whether what a mode shows is known. */
  available(mode: Mode = this.mode): boolean {
    if (mode === "truth") return this.truth !== null;
    if (mode === "uncertainty" || mode === "softmax") return Boolean(this.unsure?.[mode]);
    return this.after !== null && (mode !== "difference" || this.truth !== null);
  }

  /** Takes the next landscape, and where its classifier is unsure if it has one, as the target. */
  take(energy: Field, massOutside: number, now: number, unsure: Uncertainty | null = null): void {
    const progress = this.ease.progress(now);
    this.before = blend(this.before, this.after, progress);
    this.ease.arrive(now);
    this.after = measure(energy, this.shown, massOutside);
    this.summed = this.after.logPartition;
    if (this.exact !== null) this.after.logPartition = this.exact;
    this.unsure = unsure;
    this.progress = -1;
    if (!this.stale && this.mode !== "truth") this.aim(progress, true);
  }

  /** Eases on to `now`, or at once to the newest landscape; false where that changes nothing. */
  advance(now: number, atOnce: boolean): boolean {
    const progress = atOnce ? 1 : this.ease.progress(now);
    if (!this.stale && progress === this.progress) return false;
    if (this.stale) this.aim(1, false);
    this.between = blend(this.before, this.after, progress);
    this.progress = progress;
    return true;
  }

  /** Takes the exact log Z of what is shown, in nats and positions of the stage, or the sum of the map's cells again. */
  normalise(exact: number | null): void {
    if (exact === this.exact) return;
    this.exact = exact;
    if (this.after) this.after = { ...this.after, logPartition: exact ?? this.summed };
    this.stale = true;
  }

  private aim(progress: number, ease: boolean): void {
    this.stale = false;
    const scale = this.aligned === "own" ? null : this.aligned;
    const next = picture(this.mode, this.near(this.after), this.truth, this.unsure, scale);
    if (next) this.landscape.aim(next, progress, ease);
    else this.landscape.clear();
  }

  /** The map in its colours; null where the mode has nothing to show. */
  paint(theme: Theme): HTMLCanvasElement | null {
    return this.landscape.paint(this.progress, this.table(theme));
  }

  /** Fills `out` with levels of the colours; see `Landscape.levels`. */
  levels(side: number, out: Float32Array): boolean {
    return this.landscape.levels(this.progress, side, out);
  }

  /** How high a level stands in a surface: a density's colours are by its logarithm. */
  height(level: number): number {
    return this.mode === "density" ? Math.exp(-DENSITY_SPAN * level) : level;
  }

  table(theme: Theme): LookUpTable {
    return colors(this.mode, theme);
  }

  /** What the colours of the map mean, where one position of the stage has such an area in the data's units. */
  legend(theme: Theme, area: number): Legend {
    const { lo, hi } = this.landscape.scale(this.progress);
    const log = this.seen?.logPartition ?? 0;
    const peak = this.mode === "truth" ? hi : Math.exp(-lo - log) / area;
    const above = this.aligned ? log + Math.log(area) : null;
    return legend(this.mode, theme, lo, hi, peak, above, this.truthName);
  }

  /** True where high values are dark or bright but never the colour of the page. */
  get overViridis(): boolean {
    return this.mode === "energy" || this.mode === "density" || this.mode === "truth";
  }

  /** `computed` is the energy there, with its gradient, where the page computes it: then how far it has drifted too. */
  readout(
    x: number,
    y: number,
    computed: (Sample & { drift: number }) | null = null,
  ): Omit<Readout, "unit"> | null {
    const moment = this.between;
    if (!moment) return null;
    const sample: Sample = computed ?? sampleField(moment.energy, x, y, { value: 0, dx: 0, dy: 0 });
    const density = Math.exp(-sample.value - moment.logPartition + (computed?.drift ?? 0));
    const score: [number, number] = [-sample.dx, -sample.dy];
    // what the colours leave out below their scale reads as its end, not as a number beside it
    const above = Math.max(0, sample.value - moment.lowest);
    return { x, y, energy: sample.value, above, density, score, unsure: unsureAt(this.unsure, x, y) };
  }
}

/** Both uncertainties at a point, kept within [0, 1] where the interpolation leaves it. */
function unsureAt(unsure: Uncertainty | null, x: number, y: number): Readout["unsure"] {
  if (!unsure) return null;
  const at = (field: Field) => {
    const { value } = sampleField(field, x, y, { value: 0, dx: 0, dy: 0 });
    return Math.min(Math.max(value, 0), 1);
  };
  return { joint: at(unsure.uncertainty), softmax: unsure.softmax && at(unsure.softmax) };
}

/** The moment at `progress` between two; the newer where they do not fit together. */
function blend(before: Moment | null, after: Moment | null, progress: number): Moment | null {
  if (!before || !after || progress >= 1) return after;
  const [a, b] = [before.energy, after.energy];
  if (a.size !== b.size || a.extent !== b.extent) return after;
  const mix = (from: number, to: number) => from + progress * (to - from);
  const values = new Float32Array(b.values.length);
  for (let i = 0; i < values.length; i++) values[i] = mix(a.values[i] as number, b.values[i] as number);
  return {
    energy: { values, size: b.size, extent: b.extent },
    lowest: mix(before.lowest, after.lowest),
    span: mix(before.span, after.span),
    logPartition: mix(before.logPartition, after.logPartition),
  };
}
