/** Marginals: the densities of x and of y alone, as thin curves that hang from the upper and the right edge. */

import type { Field } from "./field";
import type { Moment } from "./modes";
import type { Palette } from "./palette";
import type { Scene } from "./scene";
import type { Terrain } from "./terrain";
import type { Viewport } from "./viewport";

/** Densities of either coordinate at equal distances from -extent to extent, a unit of the stage's positions. */
export interface Marginals {
  across: Float32Array;
  up: Float32Array;
  extent: number;
}

/** CSS pixels that the curves may take at an edge, and the share of them that the reference's peak has. */
export const BAND = 44;
const PEAK = 0.75;
/** Columns of a histogram of points. */
const BINS = 45;

/** Sums a density that is known on a grid over either coordinate. */
export function marginalsOf({ values, size, extent }: Field, density = (value: number) => value): Marginals {
  const [across, up] = [new Float32Array(size), new Float32Array(size)];
  const cell = (2 * extent) / size;
  for (let i = 0; i < values.length; i++) {
    const mass = density(values[i] as number) * cell;
    across[i % size] = (across[i % size] as number) + mass;
    up[Math.floor(i / size)] = (up[Math.floor(i / size)] as number) + mass;
  }
  return { across, up, extent };
}

/** Those of exp(-E) / Z. */
export function learnedMarginals({ energy, logPartition }: Moment): Marginals {
  return marginalsOf(energy, (value) => Math.exp(-value - logPartition));
}

/** Histograms of the coordinates of points, x and y in turn. */
export function histograms(points: Float32Array, extent: number): Marginals {
  const [across, up] = [new Float32Array(BINS), new Float32Array(BINS)];
  const width = (2 * extent) / BINS;
  const share = 2 / (points.length * width);
  for (let i = 0; i < points.length; i++) {
    const bins = i % 2 === 0 ? across : up;
    const bin = Math.floor(((points[i] as number) + extent) / width);
    if (bin >= 0 && bin < BINS) bins[bin] = (bins[bin] as number) + share;
  }
  return { across, up, extent };
}

/** What is `progress` of the way from one to the other; the later where they do not fit together. */
export function between(from: Marginals | null, to: Marginals, progress: number): Marginals {
  if (!from || progress >= 1 || from.extent !== to.extent || from.across.length !== to.across.length)
    return to;
  const mix = (a: Float32Array, b: Float32Array) =>
    b.map((value, i) => (1 - progress) * (a[i] as number) + progress * value);
  return { across: mix(from.across, to.across), up: mix(from.up, to.up), extent: to.extent };
}

const peak = ({ across, up }: Marginals) =>
  [...across, ...up].reduce((most, value) => Math.max(most, value), 0);

export class MarginalLayer {
  private moment: Moment | null = null;
  private from: Marginals | null = null;
  private to: Marginals | null = null;
  private progress = 1;
  private of: Field | Float32Array | null = null;
  private reference: Marginals | null = null;

  /** Draws what is learned in the ink, over the truth or the data in their colour. */
  draw(context: CanvasRenderingContext2D, viewport: Viewport, scene: Scene, colors: Palette): void {
    const learned = this.learned(scene.terrain);
    const reference = this.actual(scene);
    const scale = (PEAK * BAND) / (peak(reference ?? learned ?? NOTHING) || 1);
    const { size } = viewport;
    context.save();
    context.fillStyle = colors.background;
    context.globalAlpha = 0.6;
    context.fillRect(0, 0, size, BAND);
    context.fillRect(size - BAND, BAND, BAND, size - BAND);
    context.globalAlpha = 1;
    context.lineJoin = "round";
    for (const [of, color, width] of [
      [reference, colors.data, 1.6],
      [learned, colors.ink, 1.2],
    ] as const) {
      if (!of) continue;
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      trace(of.across, of.extent, scale, (at, height) => [viewport.px(at), height], context);
      trace(of.up, of.extent, scale, (at, height) => [size - height, viewport.py(at)], context);
      context.stroke();
    }
    context.restore();
  }

  private learned({ newest, progress }: Terrain): Marginals | null {
    if (newest !== this.moment) {
      this.from = this.to && between(this.from, this.to, this.progress);
      this.to = newest && learnedMarginals(newest);
      if (!newest || !this.moment) this.from = this.to;
      this.moment = newest;
    }
    this.progress = progress;
    return this.to && between(this.from, this.to, progress);
  }

  /** Of the true density; where that is not known, or nothing is learned yet, of the points of the data. */
  private actual({ terrain, data, whole }: Scene): Marginals | null {
    const truth = terrain.newest && terrain.truth;
    const of = truth ?? data;
    if (of !== this.of) {
      this.of = of;
      this.reference = truth ? marginalsOf(truth) : data.length > 0 ? histograms(data, whole) : null;
    }
    return this.reference;
  }
}

const NOTHING: Marginals = { across: new Float32Array(0), up: new Float32Array(0), extent: 1 };

/** Adds a curve to the path; `place` gives the pixels of a position along the edge and a height from it. */
function trace(
  values: Float32Array,
  extent: number,
  scale: number,
  place: (at: number, height: number) => [number, number],
  context: CanvasRenderingContext2D,
): void {
  const cell = (2 * extent) / values.length;
  for (let i = 0; i < values.length; i++) {
    const height = Math.min(scale * (values[i] as number), BAND - 1);
    const [x, y] = place((i + 0.5) * cell - extent, height);
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
}
