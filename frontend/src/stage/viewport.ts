/** The one place where positions in the plane become pixels of the stage, and back. */

/** A square window [-extent, extent]^2 on the plane, drawn on `size` x `size` CSS pixels; y points up. */
export class Viewport {
  /** CSS pixels a unit of the plane takes. */
  readonly scale: number;

  constructor(
    readonly size: number,
    readonly extent: number,
  ) {
    this.scale = size / (2 * extent);
  }

  /** Pixels from the left edge. */
  px(x: number): number {
    return (x + this.extent) * this.scale;
  }

  /** Pixels from the top edge. */
  py(y: number): number {
    return (this.extent - y) * this.scale;
  }

  x(px: number): number {
    return px / this.scale - this.extent;
  }

  y(py: number): number {
    return this.extent - py / this.scale;
  }
}
