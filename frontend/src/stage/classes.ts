/** What a frame tells of a classifier: its labelled points, and where it is unsure. */

import type { DecodedFrame } from "../protocol/frame";
import type { Field } from "./field";
import type { Uncertainty } from "./modes";
import { type Mark, mark, stamp } from "./points";
import type { Plane } from "./viewport";

/** Half the width of the square that uncertainty maps cover. */
const MAP_EXTENT = 4.5;

/** Points with a class each. */
export interface Labelled {
  /** x and y in turn. */
  points: Float32Array;
  labels: Float32Array;
}

/** The labelled points of a frame; null where it has none, or not one label for each. */
export function labelledOf({ arrays }: DecodedFrame): Labelled | null {
  const { labelled, labels } = arrays;
  if (!labelled || !labels || labelled.shape.length !== 2 || labelled.shape[1] !== 2) return null;
  return labelled.shape[0] === labels.values.length
    ? { points: labelled.values, labels: labels.values }
    : null;
}

/** The uncertainty maps of a frame, or null. Either is flat or square; the first row is the lowest y. */
export function uncertaintyOf({ arrays }: DecodedFrame): Uncertainty | null {
  const field = (name: string): Field | null => {
    const values = arrays[name]?.values;
    const size = Math.sqrt(values?.length ?? 0);
    return values && size >= 4 && Number.isInteger(size) ? { values, size, extent: MAP_EXTENT } : null;
  };
  const uncertainty = field("uncertainty_map");
  if (!uncertainty) return null;
  const classes = 1 + (arrays.labels?.values.reduce((most, label) => Math.max(most, label), 0) ?? 0);
  return {
    uncertainty,
    softmax: field("softmax_uncertainty_map"),
    most: classes > 1 ? 1 - 1 / classes : 1,
  };
}

// Okabe and Ito (2008), https://jfly.uni-koeln.de/color/, without black: told apart by colour-blind people.
const HUES = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"];

/** Corners of shapes in a unit circle, clockwise from the top, as pairs of distance and turn. */
const SHAPES: [number, number][][] = [
  regular(3, 0),
  regular(4, 1 / 8),
  regular(3, 1 / 2),
  star(5, 0.45),
  regular(6, 0),
  star(4, 0.35),
  regular(5, 1 / 2),
  star(4, 0.3, 1 / 8),
];

function regular(corners: number, turn: number): [number, number][] {
  return Array.from({ length: corners }, (_, i) => [1, turn + i / corners]);
}

function star(points: number, inner: number, turn = 0): [number, number][] {
  return Array.from({ length: 2 * points }, (_, i) => [i % 2 ? inner : 1, turn + i / (2 * points)]);
}

/** Corners of a class' shape in a unit circle, y down, and its hue: both are the same no sooner than after 56
 * classes. */
export function classShape(label: number): { corners: [number, number][]; hue: string } {
  const turns = SHAPES[label % SHAPES.length] as [number, number][];
  const corners = turns.map(([distance, turn]): [number, number] => {
    const angle = 2 * Math.PI * turn;
    return [distance * Math.sin(angle), -distance * Math.cos(angle)];
  });
  return { corners, hue: HUES[label % HUES.length] as string };
}

/** The mark of a class on the stage. */
export function classMark(document: Document, label: number, radius: number, dpr: number): Mark {
  const { corners, hue } = classShape(label);
  return mark(document, radius + 2.5, dpr, (context) => {
    context.beginPath();
    for (const [x, y] of corners) context.lineTo(radius * x, radius * y);
    context.closePath();
    context.lineJoin = "round";
    context.strokeStyle = "rgba(4, 10, 16, 0.9)";
    context.lineWidth = 3.4;
    context.stroke();
    context.strokeStyle = "#ffffff";
    context.lineWidth = 1.4;
    context.stroke();
    context.fillStyle = hue;
    context.fill();
  });
}

/** Stamps each labelled point with the mark of its class. */
export function drawLabelled(
  context: CanvasRenderingContext2D,
  plane: Plane,
  { points, labels }: Labelled,
  markOf: (label: number) => Mark,
): void {
  for (let i = 0; i < labels.length; i++) {
    const label = Math.max(0, Math.round(labels[i] as number));
    stamp(context, plane, markOf(label), points[2 * i] as number, points[2 * i + 1] as number);
  }
}
