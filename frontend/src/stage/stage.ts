/** The stage: takes frames whenever they come, and draws the newest state, eased, when it is asked to. */

import type { Evaluator } from "../energy/evaluator";
import { type DecodedFrame, type Landscape, over } from "../protocol/frame";
import { PLAIN_UNITS, pointOf, SHOWN_EXTENT, type Units } from "../protocol/units";
import { Chains } from "./chains";
import { type Labelled, labelledOf, uncertaintyOf } from "./classes";
import { Preview } from "./dropped";
import { Ease } from "./ease";
import type { Field, Sample } from "./field";
import { Flat } from "./flat";
import { LAYERS, type Layers } from "./layers";
import { densityOf, type Mode, type Scale, scaleOf } from "./modes";
import type { Orbit } from "./orbit";
import type { Theme } from "./palette";
import type { Relief } from "./relief";
import type { Scene } from "./scene";
import { type Readout, Terrain } from "./terrain";
import { type Camera, HOME, Viewport, type Window } from "./viewport";

export interface StageOptions {
  theme: Theme;
  /** Fixes the paths of the chains that the viewer drops. */
  seed?: number;
  /** Device pixels that a CSS pixel is worth drawing. */
  finest?: number;
}

const FINEST_DPR = 2;
const NO_POINTS: Float32Array = new Float32Array(0);
const NO_LABELLED: Labelled = { points: NO_POINTS, labels: NO_POINTS };

export class Stage {
  private readonly context: CanvasRenderingContext2D;
  private readonly document: Document;
  private readonly stillness: MediaQueryList | null;
  private theme: Theme;
  private layers: Layers = LAYERS;
  /** Half the width of the whole map. */
  private whole = SHOWN_EXTENT;
  private viewport = new Viewport(560, SHOWN_EXTENT);
  private dpr = 1;
  private readonly flat: Flat;
  private relief: Relief | null = null;

  private pending: DecodedFrame | null = null;
  private axes: readonly [string, string] | null = null;
  private run = "";
  private company: string | null = null;
  private step = -1;
  /** The newest that came; a frame that did not renew it hands on the same. */
  private landscape: Landscape | null = null;
  /** The newest frame, for what a landscape needs beside its energies. */
  private taken: DecodedFrame | null = null;
  private data: Float32Array = NO_POINTS;
  private labelled: Labelled = NO_LABELLED;
  private generator: Float32Array = NO_POINTS;
  private perturbed: Float32Array = NO_POINTS;
  private readonly chains = new Chains();
  private readonly chainEase = new Ease();
  /** Progress of the chains when they were last drawn; -1 when the next draw must not be skipped. */
  private chainProgress = -1;
  private readonly terrain: Terrain;
  private readonly preview: Preview;
  private units: Units = PLAIN_UNITS;
  private camera: Camera = HOME;
  /** The energy of what is shown, where the page has it. */
  private evaluator: Evaluator | null = null;
  /** Dropped chains wait. */
  private held = false;
  private dirty = true;
  private readonly finest: number;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    options: StageOptions,
  ) {
    this.context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    this.document = canvas.ownerDocument;
    const window = this.document.defaultView;
    this.stillness = window?.matchMedia?.("(prefers-reduced-motion: reduce)") ?? null;
    this.theme = options.theme;
    this.finest = options.finest ?? FINEST_DPR;
    this.preview = new Preview(options.seed ?? 0);
    this.terrain = new Terrain(this.document, SHOWN_EXTENT);
    this.flat = new Flat(this.document);
    this.resize(canvas.clientWidth || 560, window?.devicePixelRatio ?? 1);
  }

  /** Takes a frame; it is on the canvas with the next `draw`. Several between two draws are put over one another. */
  show(frame: DecodedFrame): void {
    this.pending = over(frame, this.pending);
  }

  setLayers(layers: Layers): void {
    this.layers = { ...layers };
    this.restyle();
  }

  setMode(mode: Mode): void {
    this.terrain.setMode(mode);
    this.restyle();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.restyle();
  }

  /** The true density of the data, where it is known. */
  setTruth(density: Field | null, name = "truth"): void {
    this.terrain.setTruth(density, name);
    this.restyle();
  }

  /** Shows energies as −log p, by the exact log Z: on a scale, or each landscape on its own. */
  align(scale: Scale | "own" | null): void {
    this.terrain.align(scale);
    this.dirty = true;
  }

  /** The scale that the newest landscape would have for itself. */
  get scale(): Scale | null {
    return this.terrain.newest && scaleOf(this.terrain.newest);
  }

  /** What tells one landscape from the next. */
  get newest(): object | null {
    return this.terrain.newest;
  }

  /** The density of the newest landscape. */
  get density(): Field | null {
    return this.terrain.newest && densityOf(this.terrain.newest);
  }

  /** Whether what the mode shows is known. */
  available(mode: Mode): boolean {
    return this.terrain.available(mode);
  }

  /** What lies under a point of the canvas, in CSS pixels from its upper left corner, in the data's units;
   * null off the map. */
  readout(px: number, py: number): Readout | null {
    const { size } = this.viewport;
    if (!(px >= 0 && py >= 0 && px <= size && py <= size)) return null;
    const place = this.placeAt(px, py);
    return place && this.readoutAt(...place);
  }

  /** The same of a position of the plane. */
  readoutAt(across: number, up: number): Readout | null {
    if (!this.reaches(across, up)) return null;
    const at = this.terrain.readout(across, up, this.exactly(across, up));
    if (!at) return null;
    const { unit } = this.units;
    const [x, y] = pointOf(this.units, at.x, at.y);
    const score: [number, number] = [at.score[0] / unit[0], at.score[1] / unit[1]];
    return { ...at, x, y, unit, density: at.density / (unit[0] * unit[1]), score };
  }

  /** Starts chains under the pointer, which run down the landscape shown from the next draw on; tells whether there is
   * any. */
  drop(px: number, py: number, count: number, spread = 0): boolean {
    const place = this.placeAt(px, py);
    return place !== null && this.dropAt(...place, count, spread);
  }

  /** The same at a position of the plane; as a cloud where they are spread around it. */
  dropAt(x: number, y: number, count: number, spread = 0): boolean {
    if (!this.reaches(x, y)) return false;
    this.preview.drop(x, y, count, spread);
    this.dirty = true;
    return true;
  }

  /** Whether the energy of a position is known. */
  reaches(x: number, y: number): boolean {
    return this.evaluator !== null || this.onMap(x, y);
  }

  /** Lets dropped chains wait for an energy that is on its way, so that it alone moves them. */
  hold(on: boolean): void {
    this.held = on;
  }

  /** Where a position of the plane is seen, in pixels; null where it is not. */
  pixelOf(x: number, y: number): [number, number] | null {
    const spot: [number, number] = [0, 0];
    const seen = (this.relief ?? this.viewport).place(x, y, spot);
    const inside = spot.every((at) => at >= 0 && at <= this.viewport.size);
    return seen && inside ? spot : null;
  }

  /** The position of the plane that a pixel shows; null where it shows none. */
  placeAt(px: number, py: number): [number, number] | null {
    return this.relief ? this.relief.at(px, py) : [this.viewport.atX(px), this.viewport.atY(py)];
  }

  /** Draws a surface, which is loaded when it is asked for; null goes back to the map. */
  setRelief(relief: Relief | null): void {
    this.relief = relief;
    this.restyle();
  }

  /** Looks at the surface from another side. */
  turn(orbit: Orbit): void {
    if (!this.relief || this.relief.orbit === orbit) return;
    this.relief.orbit = orbit;
    this.dirty = true;
  }

  /** How many chains there are that the viewer dropped. */
  get dropped(): number {
    return this.preview.chains.length;
  }

  /** Takes which runs stand side by side, where chains are dropped on all of them at once; null where this one is alone. */
  setCompany(runs: string | null): void {
    this.company = runs;
    this.preview.on(runs ?? this.run);
    this.dirty = true;
  }

  clearDropped(): void {
    this.preview.clear();
    this.dirty = true;
  }

  /** Fits the canvas to a square of so many CSS pixels. */
  resize(cssSize: number, dpr: number): void {
    const devicePixels = Math.max(1, Math.round(cssSize * Math.min(dpr, this.finest)));
    this.canvas.width = devicePixels;
    this.canvas.height = devicePixels;
    this.dpr = devicePixels / cssSize;
    this.whole = Math.min(SHOWN_EXTENT, this.terrain.extent);
    this.viewport = this.through(cssSize);
    this.terrain.resize(devicePixels, this.whole, { ...this.viewport });
    this.restyle();
  }

  /** Looks at another part of the plane. */
  look(camera: Camera): void {
    if (camera === this.camera) return;
    this.camera = camera;
    this.viewport = this.through(this.viewport.size);
    this.terrain.look({ ...this.viewport });
    this.restyle();
  }

  private through(cssSize: number): Viewport {
    const { x, y, zoom } = this.camera;
    return new Viewport(cssSize, this.whole / zoom, x, y);
  }

  /** The part of the plane in view. */
  get view(): Window {
    const { x, y, extent } = this.viewport;
    return { x, y, extent };
  }

  /** The model's mass outside of the view, where the page has computed that. */
  get massOutside(): number | null {
    return this.terrain.massOutside;
  }

  /** Takes the energy of what is shown, which answers for every point; null goes back to the landscape alone. */
  setEvaluator(evaluator: Evaluator | null): void {
    this.evaluator = evaluator;
    if (!evaluator) this.setCloseUp(null);
  }

  /** Takes energies of a part of the plane as an evaluator gives them. */
  setCloseUp(closeUp: { field: Field; by: Evaluator } | null): void {
    this.terrain.setCloseUp(closeUp && { field: closeUp.field, drift: this.drift(closeUp.by) });
    this.dirty = true;
  }

  /** Takes a landscape that the page has computed, as if a frame had brought it. */
  takeMap(energy: Field, now: number): void {
    if (!this.taken) return;
    this.terrain.take(energy, this.taken.metrics.mass_outside ?? 0, now, uncertaintyOf(this.taken));
    this.dirty = true;
  }

  /** Takes what x and y are called. */
  setAxes(names: readonly [string, string] | null): void {
    this.axes = names;
    this.restyle();
  }

  /** Takes the exact log Z of what is shown, in nats and the data's units; null where only the map can tell it. */
  normalise(logZ: number | null): void {
    const [across, up] = this.units.unit;
    this.terrain.normalise(logZ === null ? null : logZ - Math.log(across * up));
  }

  /** How far an evaluator's energies lie above those of the landscape, which may be of another update. */
  private drift(evaluator: Evaluator): number {
    const moment = this.terrain.newest;
    if (!moment) return 0;
    const { values, size, extent } = moment.energy;
    let lowest = 0;
    for (let i = 0; i < values.length; i++) if (values[i]! < values[lowest]!) lowest = i;
    const at = (cell: number) => ((cell + 0.5) / size) * 2 * extent - extent;
    const found = new Float64Array(1);
    evaluator.energies([at(lowest % size), at(Math.floor(lowest / size))], found);
    return found[0]! - values[lowest]!;
  }

  private exactly(x: number, y: number): (Sample & { drift: number }) | null {
    if (!this.evaluator) return null;
    const [value, slope] = [new Float64Array(1), new Float64Array(2)];
    this.evaluator.withGradient([x, y], value, slope);
    return { value: value[0]!, dx: slope[0]!, dy: slope[1]!, drift: this.drift(this.evaluator) };
  }

  private onMap(x: number, y: number): boolean {
    return Math.max(Math.abs(x), Math.abs(y)) <= this.terrain.extent;
  }

  /** Forgets the run and the dropped chains; keeps theme, mode, layers and truth. */
  reset(): void {
    this.pending = null;
    this.run = "";
    this.step = -1;
    this.landscape = null;
    this.taken = null;
    this.units = PLAIN_UNITS;
    this.data = NO_POINTS;
    this.labelled = NO_LABELLED;
    this.generator = NO_POINTS;
    this.perturbed = NO_POINTS;
    this.chains.clear();
    this.chainEase.reset();
    this.preview.clear();
    this.terrain.clear();
    this.evaluator = null;
    if (this.whole !== SHOWN_EXTENT) this.resize(this.viewport.size, this.dpr);
    this.restyle();
  }

  /** Draws the state at `nowMs`, on the clock of requestAnimationFrame; does nothing where nothing has changed. */
  draw(nowMs: number): void {
    this.take(nowMs);
    const atOnce = this.stillness?.matches ?? false;
    const flowing = this.terrain.advance(nowMs, atOnce);
    const progress = atOnce ? 1 : this.chainEase.progress(nowMs);
    const walking = progress !== this.chainProgress;
    if (!this.dirty && !flowing && !walking && this.preview.chains.length === 0) return;
    this.chains.ease(progress);
    this.chainProgress = progress;
    const { moment } = this.terrain;
    const { evaluator } = this;
    const gradients = (at: Float64Array, slopes: Float64Array) =>
      evaluator?.withGradient(at, new Float64Array(at.length / 2), slopes);
    if (moment && !this.held) this.preview.advance(nowMs, moment.energy, evaluator && gradients);
    (this.relief ?? this.flat).draw(this.context, this.scene);
    this.dirty = false;
  }

  /** Draws the map as it stands once more: on another context, with layers and marks that `document` makes. */
  drawAgain(context: CanvasRenderingContext2D, document: Document): void {
    new Flat(document).draw(context, this.scene);
  }

  /** Makes the pending frame the target. */
  private take(now: number): void {
    const frame = this.pending;
    if (!frame) return;
    this.pending = null;
    this.dirty = true;
    const elsewhere = frame.run !== this.run || frame.step < this.step;
    this.run = frame.run;
    this.preview.on(this.company ?? frame.run);
    this.step = frame.step;
    this.units = frame.units;
    this.taken = frame;
    if (frame.landscape && frame.landscape !== this.landscape) {
      this.landscape = frame.landscape;
      this.takeMap(frame.landscape, now);
      const extent = Math.min(SHOWN_EXTENT, this.terrain.extent);
      if (extent !== this.whole) this.resize(this.viewport.size, this.dpr);
    }
    this.chains.ease(this.chainEase.progress(now));
    this.chains.aim(points(frame, "chains"));
    if (elsewhere) this.chains.cutTrails();
    this.chainEase.arrive(now);
    this.chainProgress = -1;
    this.data = points(frame, "data");
    this.labelled = labelledOf(frame) ?? NO_LABELLED;
    this.generator = points(frame, "generator");
    this.perturbed = points(frame, "perturbed");
  }

  /** Drops what was drawn for another size, mode or theme. */
  private restyle(): void {
    this.flat.restyle();
    this.relief?.restyle();
    this.dirty = true;
  }

  /** What is drawn, as it is now. */
  private get scene(): Scene {
    const { theme, layers, viewport, dpr, whole, units, terrain, chains, chainProgress, preview, axes } =
      this;
    const { data, labelled, generator, perturbed } = this;
    const plain = {
      theme,
      layers,
      viewport,
      dpr,
      whole,
      units,
      terrain,
      chains,
      chainProgress,
      preview,
      axes,
    };
    return { ...plain, data, labelled, generator, perturbed };
  }
}

/** The points of an array of shape (n, 2) by its name in the frame; none where there is no such array. */
function points(frame: DecodedFrame, name: string): Float32Array {
  const array = frame.arrays[name];
  return array && array.shape.length === 2 && array.shape[1] === 2 ? array.values : NO_POINTS;
}
