/** Points in the plane: data as dots, chains as dots or ringed heads, generator samples as diamonds. */

import type { Plane } from "./viewport";

const CASING = "rgba(4, 10, 16, 0.55)";

/** A mark drawn once in device pixels and stamped wherever it is needed. */
export interface Mark {
  image: HTMLCanvasElement;
  /** CSS pixels from its centre to its edge. */
  reach: number;
}

/** Draws a mark once, around the origin, in CSS pixels. */
export function mark(
  document: Document,
  reach: number,
  dpr: number,
  draw: (context: CanvasRenderingContext2D) => void,
): Mark {
  const image = document.createElement("canvas");
  image.width = Math.ceil(2 * reach * dpr);
  image.height = image.width;
  const context = image.getContext("2d") as CanvasRenderingContext2D;
  context.scale(image.width / (2 * reach), image.height / (2 * reach));
  context.translate(reach, reach);
  draw(context);
  return { image, reach };
}

function disc(context: CanvasRenderingContext2D, radius: number, color: string): void {
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
}

/** A small dot in a faint rim, so that it shows on bright and on dark. */
export function dotMark(document: Document, radius: number, dpr: number, color: string, rim: string): Mark {
  return mark(document, radius + 1, dpr, (context) => {
    disc(context, radius + 0.5, rim);
    disc(context, radius, color);
  });
}

/** A disc in a ring, with a dark rim around it: stands out on dark and on bright. */
export function headMark(document: Document, radius: number, dpr: number, color: string, ring: string): Mark {
  return mark(document, radius + 3, dpr, (context) => {
    disc(context, radius + 2.1, CASING);
    disc(context, radius + 1.4, ring);
    disc(context, radius, color);
  });
}

/** A cross with a dark rim: data that are not where they were. */
export function crossMark(document: Document, radius: number, dpr: number, color: string): Mark {
  return mark(document, radius + 2, dpr, (context) => {
    context.beginPath();
    for (const turn of [-1, 1]) {
      context.moveTo(-radius, -radius * turn);
      context.lineTo(radius, radius * turn);
    }
    context.lineCap = "round";
    for (const [width, stroke] of [
      [3, CASING],
      [1.4, color],
    ] as const) {
      context.lineWidth = width;
      context.strokeStyle = stroke;
      context.stroke();
    }
  });
}

/** A diamond with a dark rim: a shape of its own, for those who cannot tell the hue. */
export function diamondMark(document: Document, radius: number, dpr: number, color: string): Mark {
  return mark(document, radius + 2, dpr, (context) => {
    for (const [reach, fill] of [
      [radius + 1.1, CASING],
      [radius, color],
    ] as const) {
      context.beginPath();
      context.moveTo(0, -reach);
      context.lineTo(reach, 0);
      context.lineTo(0, reach);
      context.lineTo(-reach, 0);
      context.closePath();
      context.fillStyle = fill;
      context.fill();
    }
  });
}

const spot: [number, number] = [0, 0];

/** Stamps a mark at one position of the plane. */
export function stamp(
  context: CanvasRenderingContext2D,
  plane: Plane,
  mark: Mark,
  x: number,
  y: number,
): void {
  const { image, reach } = mark;
  if (!plane.place(x, y, spot)) return;
  context.drawImage(image, spot[0] - reach, spot[1] - reach, 2 * reach, 2 * reach);
}

/** Stamps a mark at each of the points, x and y in turn. */
export function stampAll(
  context: CanvasRenderingContext2D,
  plane: Plane,
  mark: Mark,
  points: Float32Array,
): void {
  for (let i = 0; i + 1 < points.length; i += 2) {
    stamp(context, plane, mark, points[i] as number, points[i + 1] as number);
  }
}
