/** A drawing as a frame, so that the stage shows it as it shows all points. */
import type { DecodedFrame } from "../protocol/frame";
import type { Units } from "../protocol/units";
import { classesOf, countOf, type Drawn } from "./drawn";

/** Points of one class are shown as data, those of several with the marks of their classes. */
export function frameOf(drawn: Drawn, units: Units): DecodedFrame {
  const count = countOf(drawn);
  const values = new Float32Array(2 * count);
  const { center, unit } = units;
  for (let i = 0; i < count; i++) {
    values[2 * i] = (drawn.points[2 * i]! - center[0]) / unit[0];
    values[2 * i + 1] = (drawn.points[2 * i + 1]! - center[1]) / unit[1];
  }
  const points = { shape: [count, 2], values };
  const labels = { shape: [count], values: Float32Array.from(drawn.classes) };
  return {
    run: `drawing ${units.center} ${units.unit}`,
    step: 0,
    seconds: 0,
    metrics: {},
    units,
    landscape: null,
    arrays: classesOf(drawn).length > 1 ? { labelled: points, labels } : { data: points },
  };
}
