/** The one place where positions in the plane become pixels of the stage, and back. */

/** A square of the plane: its middle, and half of its side. */
export interface Window {
  x: number;
  y: number;
  extent: number;
}

/** A window of the plane as it stands on a canvas of `size` CSS pixels. */
export interface Plane extends Window {
  readonly size: number;
  /** Writes where a position is, in pixels from the left and from the top; false where that is not seen. */
  place(x: number, y: number, out: [number, number]): boolean;
}

/** A square window of the plane, drawn on `size` x `size` CSS pixels; y points up. */
export class Viewport implements Plane {
  /** CSS pixels a unit of the plane takes. */
  readonly scale: number;

  constructor(
    readonly size: number,
    readonly extent: number,
    readonly x: number = 0,
    readonly y: number = 0,
  ) {
    this.scale = size / (2 * extent);
  }

  /** Pixels from the left edge. */
  px(x: number): number {
    return (x - this.x + this.extent) * this.scale;
  }

  /** Pixels from the top edge. */
  py(y: number): number {
    return (this.extent - y + this.y) * this.scale;
  }

  place(x: number, y: number, out: [number, number]): boolean {
    out[0] = this.px(x);
    out[1] = this.py(y);
    return true;
  }

  atX(px: number): number {
    return px / this.scale - this.extent + this.x;
  }

  atY(py: number): number {
    return this.extent - py / this.scale + this.y;
  }
}

/** Where one looks: the middle of the view in positions, and how many times the whole map is enlarged. */
export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

/** The whole map. */
export const HOME: Camera = { x: 0, y: 0, zoom: 1 };

const [FARTHEST, NEAREST] = [1 / 8, 1000];

/** The camera after an enlargement by `factor` that leaves the position (x, y) where it is. */
export function zoomed(camera: Camera, factor: number, x = camera.x, y = camera.y): Camera {
  const zoom = Math.min(Math.max(camera.zoom * factor, FARTHEST), NEAREST);
  const kept = camera.zoom / zoom;
  return { x: x + (camera.x - x) * kept, y: y + (camera.y - y) * kept, zoom };
}

/** The camera after a move by shares of the view's width. */
export function panned(camera: Camera, right: number, up: number, whole: number): Camera {
  const width = (2 * whole) / camera.zoom;
  return { ...camera, x: camera.x + right * width, y: camera.y + up * width };
}
