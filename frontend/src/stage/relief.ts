/** The stage as a surface: its height is what the map shows in colour, and everything else stands on it. */

import { drawArrows } from "./arrows";
import { drawBox, drawLegend } from "./axes";
import { drawLabelled } from "./classes";
import { LEVELS, pack } from "./colormap";
import { ContourLayer, drawChains, drawDropped, type Marks, makeMarks } from "./layers";
import { MarginalLayer } from "./marginals";
import { FRONT, type Orbit, Turned } from "./orbit";
import { background, palette } from "./palette";
import { stampAll } from "./points";
import { Raster, VERTEX } from "./raster";
import type { Drawing, Scene } from "./scene";
import type { Terrain } from "./terrain";
import type { Plane, Window } from "./viewport";

/** Vertices along one side of the surface. */
const SIDE = 88;
/** Pixels along one side of its picture at the most; a larger canvas stretches it. */
const FINEST = 640;
/** How far behind the surface, where half the window is 1, a mark is still drawn: it stands between the vertices. */
const SLACK = 0.03;
/** Light on the walls from the edge of the surface down to the ground. */
const WALL = 0.45;
/** The surface where the colours of the map are switched off. */
const PLAIN = {
  dark: new Uint32Array(LEVELS).fill(pack(72, 81, 94)),
  light: new Uint32Array(LEVELS).fill(pack(206, 209, 207)),
};

export class Relief implements Drawing, Plane {
  orbit: Orbit = FRONT;
  private readonly image: HTMLCanvasElement;
  private readonly target: CanvasRenderingContext2D;
  private picture: ImageData | null = null;
  private raster = new Raster(0, new Uint32Array(0));
  private readonly levels = new Float32Array(SIDE * SIDE);
  private readonly heights = new Float32Array(SIDE * SIDE);
  /** The vertices of the surface, and after them those of the ground under its four edges. */
  private readonly vertices = new Float32Array(VERTEX * (SIDE * SIDE + 4 * SIDE));
  private marks: Marks | null = null;
  private readonly contours = new ContourLayer();
  private readonly marginals = new MarginalLayer();
  private turned = new Turned(1, { x: 0, y: 0, extent: 1 }, FRONT);
  private solid = false;

  constructor(private readonly document: Document) {
    this.image = document.createElement("canvas");
    this.target = this.image.getContext("2d") as CanvasRenderingContext2D;
  }

  get size(): number {
    return this.turned.size;
  }
  get x(): number {
    return this.turned.window.x;
  }
  get y(): number {
    return this.turned.window.y;
  }
  get extent(): number {
    return this.turned.window.extent;
  }

  restyle(): void {
    this.marks = null;
  }

  draw(context: CanvasRenderingContext2D, scene: Scene): void {
    const { viewport, layers, terrain, theme, dpr, units } = scene;
    const { size, x, y, extent } = viewport;
    const overViridis = layers.energy === true && terrain.overViridis;
    const colors = palette(theme, overViridis);
    const bare = palette(theme, false);
    this.marks ??= makeMarks(this.document, size, dpr, colors);
    const { marks } = this;
    this.turned = new Turned(size, { x, y, extent }, this.orbit);
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    context.fillStyle = background(theme);
    context.fillRect(0, 0, size, size);
    this.solid = terrain.levels(SIDE, this.levels);
    drawBox(context, this.turned, units, bare, scene.axes);
    if (layers.marginals) this.marginals.stand(context, this.turned, scene, bare, this.rim(terrain));
    if (this.solid) this.paint(context, scene, Math.min(Math.round(size * dpr), FINEST));
    const moment = terrain.seen;
    if (layers.contours && moment && this.solid)
      this.contours.draw(context, this, moment, colors.ink, overViridis);
    if (layers.data) {
      stampAll(context, this, marks.data, scene.data);
      drawLabelled(context, this, scene.labelled, marks.ofClass);
    }
    if (layers.perturbed) stampAll(context, this, marks.perturbed, scene.perturbed);
    if (layers.chains) drawChains(context, this, scene.chains, marks, colors.chainTrail, scene.chainProgress);
    if (layers.score && moment) drawArrows(context, this, moment.energy, moment.lowest, colors.score);
    if (layers.generator) stampAll(context, this, marks.generator, scene.generator);
    if (scene.preview.chains.length > 0) drawDropped(context, this, scene.preview, marks, colors.accent);
    const legend = terrain.legend(theme, units.unit[0] * units.unit[1]);
    if (this.solid && layers.energy) drawLegend(context, viewport, legend, bare);
  }

  /** The highest level along the two edges that are farthest away; 0 where there is no surface. */
  private rim(terrain: Terrain): number {
    if (!this.solid) return 0;
    const [right, far] = this.turned.farEdges;
    const edges = [far > 0 ? 0 : 1, right > 0 ? 3 : 2];
    let highest = 0;
    for (const edge of edges)
      for (let i = 0; i < SIDE; i++)
        highest = Math.max(highest, terrain.height(this.levels[edgeVertex(edge, i)]!));
    return highest;
  }

  /** Where a position of the plane stands on the surface; false where a part of it hides that. */
  place(x: number, y: number, out: [number, number]): boolean {
    const { window } = this.turned;
    const u = (x - window.x) / window.extent;
    const v = (y - window.y) / window.extent;
    if (!(Math.abs(u) <= 1 && Math.abs(v) <= 1)) return false;
    this.turned.place(u, v, this.heightAt(u, v), spot);
    out[0] = spot[0]!;
    out[1] = spot[1]!;
    if (!this.solid) return true;
    const seen = this.depthAt(out[0], out[1]);
    return seen === null || spot[2]! <= seen + SLACK;
  }

  /** The position of the plane that is seen at a pixel; null beside the surface. */
  at(px: number, py: number): [number, number] | null {
    const seen = this.solid ? this.depthAt(px, py) : null;
    if (seen === null || !Number.isFinite(seen)) return null;
    const { window } = this.turned;
    const [u, v] = this.turned.at(px, py, seen);
    return [window.x + u * window.extent, window.y + v * window.extent];
  }

  /** Distance of what the picture of the surface shows at a pixel of the canvas. */
  private depthAt(px: number, py: number): number | null {
    const { side, depth } = this.raster;
    const column = Math.floor((px * side) / this.size);
    const row = Math.floor((py * side) / this.size);
    return column >= 0 && row >= 0 && column < side && row < side ? depth[row * side + column]! : null;
  }

  /** Height of the surface, from the vertices around. */
  private heightAt(u: number, v: number): number {
    if (!this.solid) return 0;
    const column = ((u + 1) / 2) * (SIDE - 1);
    const row = ((1 - v) / 2) * (SIDE - 1);
    const x = Math.min(Math.floor(column), SIDE - 2);
    const y = Math.min(Math.floor(row), SIDE - 2);
    const right = column - x;
    const down = row - y;
    const at = y * SIDE + x;
    const { heights: h } = this;
    const upper = h[at]! + right * (h[at + 1]! - h[at]!);
    const lower = h[at + SIDE]! + right * (h[at + SIDE + 1]! - h[at + SIDE]!);
    return upper + down * (lower - upper);
  }

  private paint(context: CanvasRenderingContext2D, scene: Scene, side: number): void {
    if (!this.picture || side !== this.raster.side) {
      this.image.width = side;
      this.image.height = side;
      this.picture = this.target.createImageData(side, side);
      this.raster = new Raster(side, new Uint32Array(this.picture.data.buffer));
    }
    const { raster, vertices } = this;
    const { terrain, theme, layers, viewport, whole } = scene;
    this.rise(terrain, side);
    raster.clear();
    const table = layers.energy ? terrain.table(theme) : PLAIN[theme];
    const known = terrain.known ? null : cellsWithin(viewport, whole);
    const quad = (a: number, b: number, c: number, d: number) => {
      raster.triangle(vertices, VERTEX * a, VERTEX * b, VERTEX * c, table);
      raster.triangle(vertices, VERTEX * b, VERTEX * c, VERTEX * d, table);
    };
    for (let row = 0; row + 1 < SIDE; row++) {
      for (let column = 0; column + 1 < SIDE; column++) {
        const at = row * SIDE + column;
        if (!known || known(row, column)) quad(at, at + 1, at + SIDE, at + SIDE + 1);
      }
    }
    if (!known) {
      for (let edge = 0; edge < 4; edge++) {
        const ground = SIDE * SIDE + edge * SIDE;
        for (let i = 0; i + 1 < SIDE; i++)
          quad(edgeVertex(edge, i), edgeVertex(edge, i + 1), ground + i, ground + i + 1);
      }
    }
    this.target.putImageData(this.picture, 0, 0);
    context.drawImage(this.image, 0, 0, this.size, this.size);
  }

  /** Puts the vertices where their levels have them, on a picture of so many pixels. */
  private rise(terrain: Terrain, side: number): void {
    const { levels, heights, vertices, turned } = this;
    const view = new Turned(side, turned.window, turned.orbit);
    for (let i = 0; i < levels.length; i++) heights[i] = terrain.height(levels[i]!);
    const put = (vertex: number, at: number, height: number, light: number) => {
      const column = at % SIDE;
      const row = Math.floor(at / SIDE);
      const start = VERTEX * vertex;
      view.place((2 * column) / (SIDE - 1) - 1, 1 - (2 * row) / (SIDE - 1), height, vertices, start);
      vertices[start + 3] = levels[at]!;
      vertices[start + 4] = light;
    };
    const step = (SIDE - 1) / 4;
    for (let at = 0; at < SIDE * SIDE; at++) {
      const column = at % SIDE;
      const row = Math.floor(at / SIDE);
      const left = column > 0 ? at - 1 : at;
      const right = column < SIDE - 1 ? at + 1 : at;
      const up = row > 0 ? at - SIDE : at;
      const down = row < SIDE - 1 ? at + SIDE : at;
      const du = (heights[right]! - heights[left]!) * step;
      const dv = (heights[up]! - heights[down]!) * step;
      put(at, at, heights[at]!, 0.4 + 0.6 * view.light(du, dv));
    }
    for (let edge = 0; edge < 4; edge++)
      for (let i = 0; i < SIDE; i++) put(SIDE * SIDE + edge * SIDE + i, edgeVertex(edge, i), 0, WALL);
  }
}

const spot = [0, 0, 0];

/** The vertex i of one of the four edges of the surface. */
function edgeVertex(edge: number, i: number): number {
  if (edge < 2) return edge * (SIDE - 1) * SIDE + i;
  return i * SIDE + (edge - 2) * (SIDE - 1);
}

/** Which cells lie within the whole map. */
function cellsWithin({ x, y, extent }: Window, whole: number): (row: number, column: number) => boolean {
  const along = (i: number) => ((2 * i + 1) / (SIDE - 1) - 1) * extent;
  return (row, column) => Math.abs(x + along(column)) <= whole && Math.abs(y - along(row)) <= whole;
}
