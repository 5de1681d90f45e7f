/** Triangles with a depth buffer, in plain code: what a graphics card would do, the same in every browser. */

import { LEVELS, type LookUpTable } from "./colormap";

/** Numbers of a vertex: pixels from the left and the top, distance from the viewer, level in [0, 1], and light. */
export const VERTEX = 5;

/** Triangles are so much wider, as a share of themselves, that no pixel between two is missed. */
const EDGE = 1e-6;

export class Raster {
  /** Distance from the viewer of what is seen at each pixel. */
  readonly depth: Float32Array;

  /** Draws on `side` x `side` packed pixels. */
  constructor(
    readonly side: number,
    private readonly pixels: Uint32Array,
  ) {
    this.depth = new Float32Array(side * side);
  }

  clear(): void {
    this.pixels.fill(0);
    this.depth.fill(Number.POSITIVE_INFINITY);
  }

  /** Draws the triangle of three vertices, given by where they begin, in the colours of a table. */
  triangle(vertices: Float32Array, i: number, j: number, k: number, table: LookUpTable): void {
    const { side, pixels, depth } = this;
    const x0 = vertices[i]!;
    const y0 = vertices[i + 1]!;
    const x1 = vertices[j]! - x0;
    const y1 = vertices[j + 1]! - y0;
    const x2 = vertices[k]! - x0;
    const y2 = vertices[k + 1]! - y0;
    const area = x1 * y2 - x2 * y1;
    if (area === 0) return;
    const left = Math.max(0, Math.ceil(x0 + Math.min(0, x1, x2) - 0.5));
    const right = Math.min(side - 1, Math.floor(x0 + Math.max(0, x1, x2) - 0.5));
    const top = Math.max(0, Math.ceil(y0 + Math.min(0, y1, y2) - 0.5));
    const bottom = Math.min(side - 1, Math.floor(y0 + Math.max(0, y1, y2) - 0.5));
    // weights of the second and the third vertex: they grow by these for each pixel to the right and down
    const bx = y2 / area;
    const by = -x2 / area;
    const cx = -y1 / area;
    const cy = x1 / area;
    const z = vertices[i + 2]!;
    const zb = vertices[j + 2]! - z;
    const zc = vertices[k + 2]! - z;
    const level = vertices[i + 3]!;
    const levelB = vertices[j + 3]! - level;
    const levelC = vertices[k + 3]! - level;
    const light = vertices[i + 4]!;
    const lightB = vertices[j + 4]! - light;
    const lightC = vertices[k + 4]! - light;
    for (let y = top; y <= bottom; y++) {
      let b = (left + 0.5 - x0) * bx + (y + 0.5 - y0) * by;
      let c = (left + 0.5 - x0) * cx + (y + 0.5 - y0) * cy;
      const end = y * side + right;
      for (let at = y * side + left; at <= end; at++, b += bx, c += cx) {
        if (b < -EDGE || c < -EDGE || b + c > 1 + EDGE) continue;
        const distance = z + b * zb + c * zc;
        if (distance >= depth[at]!) continue;
        depth[at] = distance;
        const color = table[((level + b * levelB + c * levelC) * (LEVELS - 1)) | 0]!;
        pixels[at] = lit(color, light + b * lightB + c * lightC);
      }
    }
  }
}

/** A packed colour in more or less light. */
function lit(color: number, light: number): number {
  const red = Math.min(255, (color & 255) * light);
  const green = Math.min(255, ((color >> 8) & 255) * light);
  const blue = Math.min(255, ((color >> 16) & 255) * light);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
