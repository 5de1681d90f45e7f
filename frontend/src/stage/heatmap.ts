/** The map at the bottom of the stage: a field, refined to pixels, coloured, and eased from one arrival to the next. */

import { LEVELS, type LookUpTable } from "./colormap";
import { Upsampler } from "./field";
import type { Picture } from "./modes";
import type { Window } from "./viewport";

/** Pixels a side at the most; a larger canvas stretches them, which a field this smooth does not show. */
const FINEST = 560;

export class Landscape {
  private readonly image: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private upsampler: Upsampler | null = null;
  private pixels: ImageData | null = null;
  private from = new Float32Array(0);
  private to = new Float32Array(0);
  private range = { fromLo: 0, fromHi: 1, lo: 0, hi: 1 };
  private shown: Window;
  private filled = false;

  constructor(document: Document, shown: Window) {
    this.image = document.createElement("canvas");
    this.context = this.image.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    this.shown = shown;
  }

  /** Takes the next field as the target; what was on show at `progress` becomes the start, unless `ease` is false. */
  aim(picture: Picture, progress: number, ease: boolean): void {
    this.settle(progress);
    const { field } = picture;
    const { shown, image, upsampler: up } = this;
    this.upsampler = up?.fits(field, shown, image.width) ? up : new Upsampler(field, shown, image.width);
    this.upsampler.apply(field.values, this.to);
    this.range.lo = picture.lo;
    this.range.hi = picture.hi;
    if (!ease || !this.filled) {
      this.from.set(this.to);
      this.range.fromLo = picture.lo;
      this.range.fromHi = picture.hi;
    }
    this.filled = true;
  }

  /** Makes the state at `progress` the start. */
  private settle(progress: number): void {
    const { from, to, range } = this;
    if (progress >= 1) {
      this.from = to;
      this.to = from;
    } else {
      for (let i = 0; i < from.length; i++) {
        const start = from[i] as number;
        from[i] = start + progress * ((to[i] as number) - start);
      }
    }
    range.fromLo += progress * (range.lo - range.fromLo);
    range.fromHi += progress * (range.hi - range.fromHi);
  }

  /** The range of the colours at `progress`. */
  scale(progress: number): { lo: number; hi: number } {
    const { fromLo, fromHi, lo, hi } = this.range;
    return { lo: fromLo + progress * (lo - fromLo), hi: fromHi + progress * (hi - fromHi) };
  }

  /** Fills `out` with places between the ends of the range, 0 to 1, at `side` x `side` points from edge to edge, row 0 the
   * highest y; false while there is none. */
  levels(progress: number, side: number, out: Float32Array): boolean {
    if (!this.filled) return false;
    const { from, to } = this;
    const { lo, hi } = this.scale(progress);
    const pixels = this.image.width;
    const pixel = (i: number) => Math.round((i * (pixels - 1)) / (side - 1));
    for (let i = 0; i < side * side; i++) {
      const at = pixel(Math.floor(i / side)) * pixels + pixel(i % side);
      const value = (1 - progress) * (from[at] as number) + progress * (to[at] as number);
      out[i] = Math.min(Math.max((value - lo) / (hi - lo), 0), 1);
    }
    return true;
  }

  /** Colours the field at `progress`; null while there is none. */
  paint(progress: number, table: LookUpTable): HTMLCanvasElement | null {
    if (!this.filled || !this.pixels) return null;
    const { from, to, pixels } = this;
    const { lo, hi } = this.scale(progress);
    const perUnit = LEVELS / (hi - lo);
    const a = (1 - progress) * perUnit;
    const b = progress * perUnit;
    const c = -lo * perUnit;
    const out = new Uint32Array(pixels.data.buffer);
    const top = LEVELS - 1;
    for (let i = 0; i < out.length; i++) {
      const level = a * (from[i] as number) + b * (to[i] as number) + c;
      out[i] = table[level > 0 ? (level < top ? level | 0 : top) : 0] as number;
    }
    this.context.putImageData(pixels, 0, 0);
    return this.image;
  }

  /** Shows another square; the field must be aimed at again. */
  look(shown: Window): void {
    this.shown = shown;
    this.filled = false;
  }

  /** Prepares for a stage of so many device pixels and a square; the field must be aimed at again. */
  resize(devicePixels: number, shown: Window): void {
    const side = Math.max(1, Math.min(Math.round(devicePixels), FINEST));
    this.shown = shown;
    this.filled = false;
    this.upsampler = null;
    this.image.width = side;
    this.image.height = side;
    this.pixels = this.context.createImageData(side, side);
    this.from = new Float32Array(side * side);
    this.to = new Float32Array(side * side);
  }

  /** Forgets the field. */
  clear(): void {
    this.filled = false;
  }
}
