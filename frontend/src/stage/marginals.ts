/** Marginals: the densities of x and of y alone, as thin curves that hang from the upper and the right edge. */

import type { Field } from "./field";
import type { Moment } from "./modes";
import type { Turned } from "./orbit";
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
/** Height of the back walls above the surface, as a share of its highest level. */
const WALL = 0.7;
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
    const { size } = viewport;
    context.save();
    context.fillStyle = colors.background;
    context.globalAlpha = 0.6;
    context.fillRect(0, 0, size, BAND);
    context.fillRect(size - BAND, BAND, BAND, size - BAND);
    context.globalAlpha = 1;
    this.stroke(context, scene, colors, {
      across: (at, height) => [viewport.px(at), height * BAND],
      up: (at, height) => [size - height * BAND, viewport.py(at)],
    });
    context.restore();
  }

  /** Draws them on the two back walls of a plane that is turned: from `base` up, the highest level of the surface there,
   * so that it hides none of them.
   */
  stand(
    context: CanvasRenderingContext2D,
    turned: Turned,
    scene: Scene,
    colors: Palette,
    base: number,
  ): void {
    const { x, y, extent } = turned.window;
    const [right, far] = turned.farEdges;
    const place = (u: number, v: number, height: number): [number, number] | null => {
      if (Math.max(Math.abs(u), Math.abs(v)) > 1) return null;
      turned.place(u, v, base + WALL * height, spot);
      return [spot[0]!, spot[1]!];
    };
    context.save();
    context.strokeStyle = colors.ink;
    context.globalAlpha = 0.3;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(...place(-right, far, 0)!);
    context.lineTo(...place(right, far, 0)!);
    context.lineTo(...place(right, -far, 0)!);
    context.moveTo(...place(right, far, 0)!);
    context.lineTo(...place(right, far, PEAK)!);
    context.stroke();
    context.globalAlpha = 1;
    this.stroke(context, scene, colors, {
      across: (at, height) => place((at - x) / extent, far, height),
      up: (at, height) => place(right, (at - y) / extent, height),
    });
    context.restore();
  }

  private stroke(context: CanvasRenderingContext2D, scene: Scene, colors: Palette, places: Places): void {
    const learned = this.learned(scene.terrain);
    const reference = this.actual(scene);
    const scale = PEAK / (peak(reference ?? learned ?? NOTHING) || 1);
    context.lineJoin = "round";
    for (const [of, color, width] of [
      [reference, colors.data, 1.6],
      [learned, colors.ink, 1.2],
    ] as const) {
      if (!of) continue;
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      for (const edge of ["across", "up"] as const) trace(context, of[edge], of.extent, scale, places[edge]);
      context.stroke();
    }
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

const spot = [0, 0, 0];

/** The pixels of a position along an edge and a height from it, 1 at the most; null where that is not shown. */
type Place = (at: number, height: number) => [number, number] | null;
type Places = Record<"across" | "up", Place>;

/** Adds a curve to the path. */
function trace(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  extent: number,
  scale: number,
  place: Place,
): void {
  const cell = (2 * extent) / values.length;
  let down = false;
  for (let i = 0; i < values.length; i++) {
    const at = place((i + 0.5) * cell - extent, Math.min(scale * (values[i] as number), 1));
    if (at && down) context.lineTo(...at);
    else if (at) context.moveTo(...at);
    down = at !== null;
  }
}
