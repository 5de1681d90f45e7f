/** The stage: takes frames whenever they come, and draws the newest state, eased, when it is asked to. */

import type { Evaluator } from "../energy/evaluator";
import { type DecodedFrame, type Landscape, over } from "../protocol/frame";
import { PLAIN_UNITS, pointOf, SHOWN_EXTENT, type Units } from "../protocol/units";
import { drawArrows } from "./arrows";
import { drawAxes, drawLegend } from "./axes";
import { Chains } from "./chains";
import { drawLabelled, type Labelled, labelledOf, uncertaintyOf } from "./classes";
import { Preview } from "./dropped";
import { Ease } from "./ease";
import type { Field, Sample } from "./field";
import { ContourLayer, drawChains, drawDropped, LAYERS, type Layers, type Marks, makeMarks } from "./layers";
import type { Mode } from "./modes";
import { background, type Palette, palette, type Theme } from "./palette";
import { stampAll } from "./points";
import { type Readout, Terrain } from "./terrain";
import { type Camera, HOME, Viewport, type Window } from "./viewport";

export interface StageOptions {
  theme: Theme;
  /** Fixes the paths of the chains that the viewer drops. */
  seed?: number;
}

/** Device pixels a CSS pixel is worth drawing. */
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
  private colors: Palette | null = null;
  private marks: Marks | null = null;
  private dataLayer: HTMLCanvasElement | null = null;
  /** Points that the data layer has; more that come after these are added to it. */
  private stamped = { data: 0, labelled: 0 };

  private pending: DecodedFrame | null = null;
  private run = "";
  private step = -1;
  /** The newest that came; a frame that did not renew it hands on the same. */
  private landscape: Landscape | null = null;
  /** The newest frame, for what a landscape needs beside its energies. */
  private taken: DecodedFrame | null = null;
  private truthPoints: Float32Array = NO_POINTS;
  private data: Float32Array = NO_POINTS;
  private labelled: Labelled | null = null;
  private generator: Float32Array = NO_POINTS;
  private perturbed: Float32Array = NO_POINTS;
  private readonly chains = new Chains();
  private readonly chainEase = new Ease();
  /** Progress of the chains when they were last drawn; -1 when the next draw must not be skipped. */
  private chainProgress = -1;
  private readonly terrain: Terrain;
  private readonly contours = new ContourLayer();
  private readonly preview: Preview;
  private units: Units = PLAIN_UNITS;
  private camera: Camera = HOME;
  /** The energy of what is shown, where the page has it. */
  private evaluator: Evaluator | null = null;
  private dirty = true;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    options: StageOptions,
  ) {
    this.context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    this.document = canvas.ownerDocument;
    const window = this.document.defaultView;
    this.stillness = window?.matchMedia?.("(prefers-reduced-motion: reduce)") ?? null;
    this.theme = options.theme;
    this.preview = new Preview(options.seed ?? 0);
    this.terrain = new Terrain(this.document, SHOWN_EXTENT);
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

  /** Points of the data set, x and y in turn, shown where frames bring no data; and its density if known. */
  setTruth(
    points: Float32Array | null,
    density: { values: Float32Array; size: number; extent: number } | null = null,
  ): void {
    this.truthPoints = points ?? NO_POINTS;
    this.terrain.setTruth(density);
    this.restyle();
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
    const [px0, py0] = [this.viewport.atX(px), this.viewport.atY(py)];
    if (!this.evaluator && !this.onMap(px0, py0)) return null;
    const at = this.terrain.readout(px0, py0, this.exactly(px0, py0));
    if (!at) return null;
    const { unit } = this.units;
    const [x, y] = pointOf(this.units, at.x, at.y);
    const score: [number, number] = [at.score[0] / unit[0], at.score[1] / unit[1]];
    return { ...at, x, y, unit, density: at.density / (unit[0] * unit[1]), score };
  }

  /** Starts chains under the pointer; they run down the landscape shown, from the next draw on. */
  drop(px: number, py: number, count: number): void {
    const [x, y] = [this.viewport.atX(px), this.viewport.atY(py)];
    if (!this.evaluator && !this.onMap(x, y)) return;
    this.preview.drop(x, y, count);
    this.dirty = true;
  }

  clearDropped(): void {
    this.preview.clear();
    this.dirty = true;
  }

  /** Fits the canvas to a square of so many CSS pixels. */
  resize(cssSize: number, dpr: number): void {
    const devicePixels = Math.max(1, Math.round(cssSize * Math.min(dpr, FINEST_DPR)));
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
    this.labelled = null;
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
    if (moment) this.preview.advance(nowMs, moment.energy, evaluator && gradients);
    this.compose();
    this.dirty = false;
  }

  /** Makes the pending frame the target. */
  private take(now: number): void {
    const frame = this.pending;
    if (!frame) return;
    this.pending = null;
    this.dirty = true;
    const elsewhere = frame.run !== this.run || frame.step < this.step;
    this.run = frame.run;
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
    const data = points(frame, "data");
    if (!begins(data, this.data)) this.dataLayer = null;
    this.data = data;
    const labelled = labelledOf(frame);
    const [next, before] = [labelled ?? NO_LABELLED, this.labelled ?? NO_LABELLED];
    if (!begins(next.points, before.points) || !begins(next.labels, before.labels)) this.dataLayer = null;
    this.labelled = labelled;
    this.generator = points(frame, "generator");
    this.perturbed = points(frame, "perturbed");
  }

  /** Drops what was drawn for another size, mode or theme. */
  private restyle(): void {
    this.marks = null;
    this.dataLayer = null;
    this.dirty = true;
  }

  private compose(): void {
    const { context, viewport, layers, chains, preview } = this;
    const moment = this.terrain.seen;
    const map = layers.energy ? this.terrain.paint(this.theme) : null;
    const overViridis = map !== null && this.terrain.overViridis;
    const colors = palette(this.theme, overViridis);
    if (colors !== this.colors) this.restyle();
    this.colors = colors;
    this.marks ??= makeMarks(this.document, viewport.size, this.dpr, colors);
    context.setTransform(this.dpr, 0, 0, this.dpr, 0, 0);
    context.fillStyle = background(this.theme);
    context.fillRect(0, 0, viewport.size, viewport.size);
    if (map) context.drawImage(map, 0, 0, viewport.size, viewport.size);
    if (layers.contours && moment) this.contours.draw(context, viewport, moment, colors.ink, overViridis);
    if (moment && !this.terrain.known) this.coverUnknown();
    if (layers.data) this.drawData(this.marks);
    if (layers.perturbed) stampAll(context, viewport, this.marks.perturbed, this.perturbed);
    if (layers.chains)
      drawChains(context, viewport, chains, this.marks, colors.chainTrail, this.chainProgress);
    if (layers.score && moment) drawArrows(context, viewport, moment.energy, moment.lowest, colors.score);
    if (layers.generator) stampAll(context, viewport, this.marks.generator, this.generator);
    if (preview.chains.length > 0) drawDropped(context, viewport, preview, this.marks, colors.accent);
    drawAxes(context, viewport, this.units, colors.ink, colors.halo);
    const area = this.units.unit[0] * this.units.unit[1];
    if (map) drawLegend(context, viewport, this.terrain.legend(this.theme, area), colors.ink, colors.halo);
  }

  /** Leaves what lies beyond the landscape empty: nothing is known of it. */
  private coverUnknown(): void {
    const { context, viewport, whole } = this;
    const { size } = viewport;
    const [left, right] = [viewport.px(-whole), viewport.px(whole)].map((x) =>
      Math.min(Math.max(x, 0), size),
    );
    const [top, bottom] = [viewport.py(whole), viewport.py(-whole)].map((y) =>
      Math.min(Math.max(y, 0), size),
    );
    context.fillStyle = background(this.theme);
    context.fillRect(0, 0, left!, size);
    context.fillRect(right!, 0, size - right!, size);
    context.fillRect(0, 0, size, top!);
    context.fillRect(0, bottom!, size, size - bottom!);
  }

  /** Data change seldom: they are drawn once and then copied. */
  private drawData(marks: Marks): void {
    const data = this.data.length ? this.data : this.truthPoints;
    const { points, labels } = this.labelled ?? NO_LABELLED;
    if (!data.length && !labels.length) return;
    if (!this.dataLayer) {
      this.dataLayer = this.document.createElement("canvas");
      this.dataLayer.width = this.canvas.width;
      this.dataLayer.height = this.canvas.height;
      this.stamped = { data: 0, labelled: 0 };
    }
    if (data.length > this.stamped.data || labels.length > this.stamped.labelled) {
      const context = this.dataLayer.getContext("2d") as CanvasRenderingContext2D;
      context.setTransform(this.dpr, 0, 0, this.dpr, 0, 0);
      stampAll(context, this.viewport, marks.data, data.subarray(this.stamped.data));
      const { labelled: known } = this.stamped;
      const more = { points: points.subarray(2 * known), labels: labels.subarray(known) };
      drawLabelled(context, this.viewport, more, marks.ofClass);
      this.stamped = { data: data.length, labelled: labels.length };
    }
    this.context.drawImage(this.dataLayer, 0, 0, this.viewport.size, this.viewport.size);
  }
}

/** The points of an array of shape (n, 2) by its name in the frame; none where there is no such array. */
function points(frame: DecodedFrame, name: string): Float32Array {
  const array = frame.arrays[name];
  return array && array.shape.length === 2 && array.shape[1] === 2 ? array.values : NO_POINTS;
}

/** Whether the numbers begin with those of before. */
function begins(now: Float32Array, before: Float32Array): boolean {
  return now === before || (now.length >= before.length && before.every((value, i) => value === now[i]));
}
