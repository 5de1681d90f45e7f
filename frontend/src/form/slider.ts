/** Where a number stands on its slider, and back. */
import type { NumberControl } from "./schema";

/** Positions of a slider run from 0 to this. */
export const STEPS = 1000;

export interface Scale {
  low: number;
  high: number;
  log: boolean;
  integer: boolean;
}

/** The part of a field's range that a slider covers, around its initial value.
 *
 * Bounds that guard against nonsense (up to 65,536 chains) would leave no room on the slider; the number
 * beside it takes the whole range. Null where nothing bounds the field.
 */
export function scaleOf(control: NumberControl, initial: number | null): Scale | null {
  const lowest = control.min ?? control.above;
  const highest = control.max ?? control.below;
  if (lowest === undefined || highest === undefined) return null;
  const at = initial !== null && Number.isFinite(initial) && initial > 0 ? initial : null;
  if (control.log) {
    const centre = at ?? (lowest > 0 ? Math.sqrt(lowest * highest) : highest / 100);
    const low = Math.max(lowest, decade(centre) / 100);
    return {
      low: control.integer ? Math.max(1, Math.ceil(low), lowest) : low,
      high: Math.min(highest, decade(centre) * 100),
      log: true,
      integer: control.integer,
    };
  }
  const high =
    at !== null && highest > 20 * at
      ? Math.min(highest, control.integer ? Math.max(10, 5 * at) : 5 * at)
      : highest;
  return { low: lowest, high, log: false, integer: control.integer };
}

/** From a value to a position, held inside the slider. */
export function toPosition(scale: Scale, value: number): number {
  const held = Math.min(Math.max(value, scale.low), scale.high);
  const share = scale.log
    ? Math.log(held / scale.low) / Math.log(scale.high / scale.low)
    : (held - scale.low) / (scale.high - scale.low || 1);
  return Math.round(share * STEPS);
}

/** From a position to a value with two or three significant digits, inside the field's bounds. */
export function fromPosition(scale: Scale, position: number, control: NumberControl): number {
  const share = position / STEPS;
  const exact = scale.log
    ? scale.low * (scale.high / scale.low) ** share
    : scale.low + share * (scale.high - scale.low);
  let value = scale.integer
    ? Math.round(exact)
    : scale.log
      ? Number(exact.toPrecision(2))
      : round(exact, scale.high - scale.low);
  if (control.min !== undefined) value = Math.max(value, control.min);
  if (control.max !== undefined) value = Math.min(value, control.max);
  const least = scale.integer ? 1 : (scale.high - scale.low) / STEPS;
  if (control.above !== undefined && value <= control.above)
    value = control.above + (scale.integer ? 1 : scale.log ? scale.low : least);
  if (control.below !== undefined && value >= control.below)
    value = Number((control.below - least).toPrecision(6));
  return value;
}

/** The value some positions up or down the slider, and as many more as it takes to be another one. */
export function moved(scale: Scale, from: number, by: number, control: NumberControl): number {
  let value = from;
  for (let at = toPosition(scale, from) + by; value === from; at += by) {
    value = fromPosition(scale, Math.min(Math.max(at, 0), STEPS), control);
    if (at <= 0 || at >= STEPS) break;
  }
  return value;
}

/** The power of ten at or below a positive number. */
function decade(value: number): number {
  return 10 ** Math.floor(Math.log10(value));
}

/** Rounded to a two-hundredth of a span, in decimal steps. */
function round(value: number, span: number): number {
  const step = decade(span / 100);
  return Number((Math.round(value / step) * step).toPrecision(6));
}
