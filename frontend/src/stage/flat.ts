/** The stage as a map: seen from above, its layers over one another. */

import { drawArrows } from "./arrows";
import { BELOW_NAME, drawAxes, drawLegend, nameAxes } from "./axes";
import { drawLabelled } from "./classes";
import { ContourLayer, drawChains, drawDropped, type Marks, makeMarks } from "./layers";
import { BAND, MarginalLayer } from "./marginals";
import { background, type Palette, palette } from "./palette";
import { stampAll } from "./points";
import type { Drawing, Scene } from "./scene";

const NOTHING: Float32Array = new Float32Array(0);

export class Flat implements Drawing {
  private colors: Palette | null = null;
  private marks: Marks | null = null;
  private dataLayer: HTMLCanvasElement | null = null;
  /** Points that the data layer has; more that come after these are added to it. */
  private stamped = { data: NOTHING, points: NOTHING, labels: NOTHING };
  private readonly contours = new ContourLayer();
  private readonly marginals = new MarginalLayer();

  constructor(private readonly document: Document) {}

  restyle(): void {
    this.marks = null;
    this.dataLayer = null;
  }

  draw(context: CanvasRenderingContext2D, scene: Scene): void {
    const { viewport, layers, terrain, theme, dpr, units } = scene;
    const moment = terrain.seen;
    const map = layers.energy ? terrain.paint(theme) : null;
    const overViridis = map !== null && terrain.overViridis;
    const colors = palette(theme, overViridis);
    if (colors !== this.colors) this.restyle();
    this.colors = colors;
    this.marks ??= makeMarks(this.document, viewport.size, dpr, colors);
    const { marks } = this;
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    context.fillStyle = background(theme);
    context.fillRect(0, 0, viewport.size, viewport.size);
    if (map) context.drawImage(map, 0, 0, viewport.size, viewport.size);
    if (layers.contours && moment) this.contours.draw(context, viewport, moment, colors.ink, overViridis);
    if (moment && !terrain.known) coverUnknown(context, scene);
    if (layers.data) this.drawData(context, scene, marks);
    if (layers.perturbed) stampAll(context, viewport, marks.perturbed, scene.perturbed);
    if (layers.chains)
      drawChains(context, viewport, scene.chains, marks, colors.chainTrail, scene.chainProgress);
    if (layers.score && moment) drawArrows(context, viewport, moment.energy, moment.lowest, colors.score);
    if (layers.generator) stampAll(context, viewport, marks.generator, scene.generator);
    if (scene.preview.chains.length > 0) drawDropped(context, viewport, scene.preview, marks, colors.accent);
    if (layers.marginals) this.marginals.draw(context, viewport, scene, colors);
    const area = units.unit[0] * units.unit[1];
    const inset = layers.marginals ? BAND : 0;
    drawAxes(context, viewport, units, colors.ink, colors.halo, scene.axes ? BELOW_NAME + inset : 0);
    if (scene.axes) nameAxes(context, viewport, scene.axes, colors.ink, colors.halo, inset);
    if (map) drawLegend(context, viewport, terrain.legend(theme, area), colors, inset);
  }

  /** Data change seldom: they are drawn once and then copied. */
  private drawData(context: CanvasRenderingContext2D, scene: Scene, marks: Marks): void {
    const { data, viewport, dpr } = scene;
    const { points, labels } = scene.labelled;
    if (!data.length && !labels.length) return;
    const before = this.stamped;
    const more = begins(data, before.data) && begins(points, before.points) && begins(labels, before.labels);
    if (!this.dataLayer || !more) {
      this.dataLayer = this.document.createElement("canvas");
      this.dataLayer.width = Math.round(viewport.size * dpr);
      this.dataLayer.height = this.dataLayer.width;
      this.stamped = { data: NOTHING, points: NOTHING, labels: NOTHING };
    }
    const { stamped } = this;
    if (data.length > stamped.data.length || labels.length > stamped.labels.length) {
      const layer = this.dataLayer.getContext("2d") as CanvasRenderingContext2D;
      layer.setTransform(dpr, 0, 0, dpr, 0, 0);
      stampAll(layer, viewport, marks.data, data.subarray(stamped.data.length));
      const known = stamped.labels.length;
      const added = { points: points.subarray(2 * known), labels: labels.subarray(known) };
      drawLabelled(layer, viewport, added, marks.ofClass);
    }
    this.stamped = { data, points, labels };
    context.drawImage(this.dataLayer, 0, 0, viewport.size, viewport.size);
  }
}

/** Leaves what lies beyond the landscape empty: nothing is known of it. */
function coverUnknown(context: CanvasRenderingContext2D, { viewport, whole, theme }: Scene): void {
  const { size } = viewport;
  const [left, right] = [viewport.px(-whole), viewport.px(whole)].map((x) => Math.min(Math.max(x, 0), size));
  const [top, bottom] = [viewport.py(whole), viewport.py(-whole)].map((y) => Math.min(Math.max(y, 0), size));
  context.fillStyle = background(theme);
  context.fillRect(0, 0, left!, size);
  context.fillRect(right!, 0, size - right!, size);
  context.fillRect(0, 0, size, top!);
  context.fillRect(0, bottom!, size, size - bottom!);
}

/** Whether the numbers begin with those of before. */
function begins(now: Float32Array, before: Float32Array): boolean {
  return now === before || (now.length >= before.length && before.every((value, i) => value === now[i]));
}
