/** Chains of images as an 8 x 8 grid of tiles, fading from frame to frame. */

import type { DecodedFrame, NumericArray } from "../protocol/frame";
import { Ease } from "./ease";
import { background, type Theme } from "./palette";
import { drawEnergy, drawFrame, LABEL } from "./tilemarks";

export interface ImageGridOptions {
  theme: Theme;
  /** Values of black and white; [0, 1] unless told. */
  range?: readonly [number, number];
  /** Smooth between the pixels of an image rather than showing them as squares. */
  smooth?: boolean;
}

/** Which images of a frame are shown. */
export type ImageSource = "chains" | "generator" | "perturbed" | "data";

/** Tiles along one side at the most. */
export const SIDE = 8;

/** Tiles along one side for so many images. */
export function gridSide(count: number): number {
  return Math.min(SIDE, Math.max(1, Math.ceil(Math.sqrt(count))));
}

/** From so many pixels of the screen a pixel on, its edges are sharp; below, some would vanish. */
const CRISP = 2;

/** Device pixels for a pixel of an image: a whole number, for crisp squares, unless that leaves much of the room empty. */
export function tileZoom(fit: number, smooth: boolean): number {
  const whole = Math.floor(fit);
  return smooth || whole < 0.85 * fit ? fit : whole;
}

export class ImageGrid {
  private readonly context: CanvasRenderingContext2D;
  private readonly document: Document;
  private readonly stillness: MediaQueryList | null;
  private readonly sheet: HTMLCanvasElement;
  private readonly sheetContext: CanvasRenderingContext2D;
  private readonly range: readonly [number, number];
  private readonly smooth: boolean;
  private theme: Theme;
  private size = 560;
  private run = "";
  private source: ImageSource = "chains";
  private shown: DecodedFrame | null = null;
  private pending: DecodedFrame | null = null;
  private shape: readonly [number, number, number, number] = [0, 1, 1, 1];
  private from = new Float32Array(0);
  private to = new Float32Array(0);
  private pixels: ImageData | null = null;
  private readonly ease = new Ease();
  private progress = -1;
  private dirty = true;
  private dpr = 1;
  private energies: Float32Array | null = null;
  private pointed: number | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    options: ImageGridOptions,
  ) {
    this.context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    this.document = canvas.ownerDocument;
    const window = this.document.defaultView;
    this.stillness = window?.matchMedia?.("(prefers-reduced-motion: reduce)") ?? null;
    this.sheet = this.document.createElement("canvas");
    this.sheetContext = this.sheet.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    this.range = options.range ?? [0, 1];
    this.smooth = options.smooth ?? false;
    this.theme = options.theme;
    this.resize(canvas.clientWidth || 560, window?.devicePixelRatio ?? 1);
  }

  /** Takes a frame whose images of the source are (n, C, H, W) with one or three channels; others are ignored. */
  show(frame: DecodedFrame): void {
    this.pending = frame;
    this.shown = frame;
  }

  setSource(source: ImageSource): void {
    if (source === this.source) return;
    this.source = source;
    this.run = "";
    this.pending = this.shown;
  }

  /** Takes the energy of each tile, which stands below it where there is room, and the tile that is pointed at. */
  tell(energies: Float32Array | null, pointed: number | null): void {
    if (energies === this.energies && pointed === this.pointed) return;
    this.energies = energies;
    this.pointed = pointed;
    this.dirty = true;
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.dirty = true;
  }

  resize(cssSize: number, dpr: number): void {
    this.size = Math.max(1, Math.round(cssSize * dpr));
    this.dpr = dpr;
    this.canvas.width = this.size;
    this.canvas.height = this.size;
    this.dirty = true;
  }

  reset(): void {
    this.pending = this.shown = null;
    this.run = "";
    this.shape = [0, 1, 1, 1];
    this.from = new Float32Array(0);
    this.to = new Float32Array(0);
    this.pixels = null;
    this.ease.reset();
    this.dirty = true;
  }

  /** Draws the state at `nowMs`, on the clock of requestAnimationFrame; does nothing where nothing has changed. */
  draw(nowMs: number): void {
    if (this.pending) this.take(this.pending, nowMs);
    const progress = this.stillness?.matches ? 1 : this.ease.progress(nowMs);
    if (!this.dirty && progress === this.progress) return;
    this.progress = progress;
    this.dirty = false;
    this.context.fillStyle = background(this.theme);
    this.context.fillRect(0, 0, this.size, this.size);
    if (this.pixels) this.compose(this.pixels, progress);
  }

  private take(frame: DecodedFrame, now: number): void {
    this.pending = null;
    const images = imagesOf(frame, this.source);
    if (!images) return;
    const [count, channels, height, width] = images.shape as [number, number, number, number];
    const shown = Math.min(count, SIDE * SIDE);
    const next = images.values.subarray(0, shown * channels * height * width);
    const known = this.run === frame.run && next.length === this.to.length && width === this.shape[3];
    if (known) mix(this.from, this.to, this.ease.progress(now), this.from);
    this.from = known ? this.from : next.slice();
    this.to = next.slice();
    this.run = frame.run;
    this.ease.arrive(now);
    this.dirty = true;
    if (known && this.pixels) return;
    this.shape = [shown, channels, height, width];
    this.sheet.width = width;
    this.sheet.height = height * shown;
    this.pixels = this.sheetContext.createImageData(width, height * shown);
  }

  /** Writes all images below each other to a sheet, and copies each to its tile. */
  private compose(pixels: ImageData, progress: number): void {
    const [count, channels, height, width] = this.shape;
    fillSheet(pixels.data, this.from, this.to, progress, this.shape, this.range);
    this.sheetContext.putImageData(pixels, 0, 0);
    const side = gridSide(count);
    const gap = Math.max(1, Math.round(this.size / 280));
    const room = Math.floor((this.size - gap * (side - 1)) / side);
    const energies = room >= LABEL.from * this.dpr ? this.energies : null;
    const label = energies ? Math.round(LABEL.height * this.dpr) : 0;
    const fit = (room - label) / Math.max(width, height);
    const zoom = tileZoom(fit, this.smooth);
    const pitch = (this.size - room) / Math.max(side - 1, 1);
    this.context.imageSmoothingEnabled = this.smooth || zoom < CRISP;
    for (let i = 0; i < count && channels > 0; i++) {
      const left = Math.round((i % side) * pitch + (room - zoom * width) / 2);
      const row = Math.round(Math.floor(i / side) * pitch);
      const top = Math.round(row + (room - label - zoom * height) / 2);
      this.context.drawImage(
        this.sheet,
        0,
        i * height,
        width,
        height,
        left,
        top,
        zoom * width,
        zoom * height,
      );
      if (energies && i < energies.length) {
        const middle = Math.round((i % side) * pitch + room / 2);
        drawEnergy(this.context, energies[i]!, middle, row + room, this.dpr, this.theme);
      }
      if (i === this.pointed) {
        drawFrame(this.context, [left, top, zoom * width, zoom * height], this.dpr, this.theme);
      }
    }
  }
}

function imagesOf({ arrays }: DecodedFrame, source: ImageSource): NumericArray | null {
  const array = arrays[source];
  return array?.shape.length === 4 && (array.shape[1] === 1 || array.shape[1] === 3) ? array : null;
}

function mix(from: Float32Array, to: Float32Array, progress: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    const start = from[i] as number;
    out[i] = start + progress * ((to[i] as number) - start);
  }
}

/** Fills RGBA bytes of images (n, C, H, W) below each other, clamped to `range`. */
export function fillSheet(
  bytes: Uint8ClampedArray,
  from: Float32Array,
  to: Float32Array,
  progress: number,
  shape: readonly [number, number, number, number],
  range: readonly [number, number],
): void {
  const [count, channels, height, width] = shape;
  const plane = height * width;
  const scale = 255 / (range[1] - range[0]);
  const value = (at: number) => {
    const start = from[at] as number;
    return (start + progress * ((to[at] as number) - start) - range[0]) * scale;
  };
  for (let i = 0; i < count; i++) {
    for (let p = 0; p < plane; p++) {
      const source = i * channels * plane + p;
      const target = 4 * (i * plane + p);
      bytes[target] = value(source);
      bytes[target + 1] = channels === 3 ? value(source + plane) : (bytes[target] as number);
      bytes[target + 2] = channels === 3 ? value(source + 2 * plane) : (bytes[target] as number);
      bytes[target + 3] = 255;
    }
  }
}
