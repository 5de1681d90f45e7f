/** Trails: where chains have just been, fading with time. */

import { type Chains, TRAIL } from "./chains";
import type { Dropped } from "./dropped";
import type { Plane } from "./viewport";

/** Ages drawn with one stroke, so that a frame needs few of them. */
const GROUP = 2;
const CASING = "rgba(4, 10, 16, 0.42)";

/** Draws the trails of the traced chains; `progress` is how far the heads are to their next positions. */
export function drawTrails(
  context: CanvasRenderingContext2D,
  plane: Plane,
  chains: Chains,
  color: string,
  progress: number,
): void {
  context.save();
  context.lineJoin = "bevel";
  context.strokeStyle = color;
  context.lineWidth = 1;
  for (let age = Math.min(chains.length, TRAIL) - 1; age >= 0; age -= GROUP) {
    const youngest = Math.max(age - GROUP + 1, 0);
    context.globalAlpha = 0.9 * Math.max(0, 1 - (youngest + progress) / TRAIL) ** 1.4;
    context.beginPath();
    for (let k = 0; k < chains.rows.length; k++) traceChain(context, plane, chains, k, age, youngest);
    context.stroke();
  }
  context.restore();
}

const place: [number, number] = [0, 0];

function traceChain(
  context: CanvasRenderingContext2D,
  plane: Plane,
  chains: Chains,
  k: number,
  oldest: number,
  youngest: number,
): void {
  let down = false;
  for (let age = oldest; age >= youngest - 1; age--) {
    const [x, y] = age >= 0 ? chains.pastPosition(k, age, place) : head(chains, k);
    down = lead(context, plane, x, y, down);
  }
}

function head(chains: Chains, k: number): [number, number] {
  const row = chains.rows[k] as number;
  place[0] = chains.shown[2 * row] as number;
  place[1] = chains.shown[2 * row + 1] as number;
  return place;
}

const spot: [number, number] = [0, 0];

/** Leads a line on to a position, or begins it there; tells whether it can go on from there. */
export function lead(
  context: CanvasRenderingContext2D,
  plane: Plane,
  x: number,
  y: number,
  down: boolean,
): boolean {
  if (Number.isNaN(x) || !plane.place(x, y, spot)) return false;
  if (down) context.lineTo(spot[0], spot[1]);
  else context.moveTo(spot[0], spot[1]);
  return true;
}

/** Parts of different age in the path of a dropped chain. */
const PARTS = 4;

/** Draws the paths of dropped chains, with a dark casing so that they show on the bright parts of the map too. */
export function drawPaths(
  context: CanvasRenderingContext2D,
  plane: Plane,
  chains: readonly Dropped[],
  color: string,
): void {
  context.save();
  context.lineJoin = "bevel";
  const few = chains.length <= 8;
  const width = few ? Math.max(1, plane.size / 420) : 1;
  const strength = few ? 1 : 0.4;
  for (let part = 0; part < PARTS; part++) {
    context.globalAlpha = strength * (0.25 + (0.75 * (part + 1)) / PARTS);
    context.beginPath();
    for (const { path } of chains) tracePart(context, plane, path, part);
    if (few) {
      context.strokeStyle = CASING;
      context.lineWidth = width + 2;
      context.stroke();
    }
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
  context.restore();
}

function tracePart(context: CanvasRenderingContext2D, plane: Plane, path: number[], part: number): void {
  const positions = path.length / 2;
  const first = Math.floor((part * (positions - 1)) / PARTS);
  const last = Math.floor(((part + 1) * (positions - 1)) / PARTS);
  if (last <= first) return;
  let down = false;
  for (let i = first; i <= last; i++)
    down = lead(context, plane, path[2 * i] as number, path[2 * i + 1] as number, down);
}
