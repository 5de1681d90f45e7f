/** Sizes of a form, such as noise levels: in the units of the data, where a schema has them in the model's. */
import type { Json } from "../protocol/wire";
import { type Field, get, type NumberControl, set } from "./schema";

/** How a length counts where x and y have units of their own. */
const MEAN = "mean of x and y units";

/** The field in units of which the model's unit holds `scale`; they are a mean where x and y have other ones. */
export function fieldIn(field: Field, scale: number, uneven = false): Field {
  const { control, initial, size } = field;
  if (scale === 1 || size === 0 || control.type !== "number") return field;
  const factor = scale ** size;
  const bounds = Object.fromEntries(
    (["min", "max", "above", "below"] as const)
      .filter((name) => control[name] !== undefined)
      .map((name) => [name, written(control[name]! * factor)]),
  ) as Partial<NumberControl>;
  return {
    ...field,
    control: { ...control, ...bounds },
    initial: typeof initial === "number" ? written(initial * factor) : initial,
    unit: `${uneven ? MEAN : "data units"}${size === 1 ? "" : size === 2 ? "²" : `^${size}`}`,
    description: uneven ? `${field.description} ${unevenWords(scale)}`.trim() : field.description,
  };
}

const unevenWords = (scale: number) =>
  `The points are learned whitened: stretched so that they spread alike in all directions. A length of 1 there is ${written(scale)} here, the geometric mean of what it is along the two; it is more along the wide one and less along the narrow one.`;

/** A configuration whose sizes are taken from units of which the model's holds `from` to others. */
export function withSizes<T extends object>(config: T, fields: Field[], from: number, to: number): T {
  if (from === to) return config;
  let changed = config;
  for (const { path, size } of fields) {
    const value = size === 0 ? undefined : get({ ...config } as Json, path);
    if (typeof value === "number") changed = set(changed, path, written(value * (to / from) ** size));
  }
  return changed;
}

/** A configuration in the model's units whose fine lengths, where nobody has set them, fit data of another detail. */
export function withDetail<T extends object>(
  config: T,
  fields: Field[],
  from: number | null,
  to: number | null,
): T {
  let changed = config;
  for (const { path, fine, initial } of fields) {
    if (!fine || typeof initial !== "number") continue;
    const fitting = (detail: number | null) => written(Math.min(initial, detail ?? initial));
    if (get({ ...config } as Json, path) === fitting(from)) changed = set(changed, path, fitting(to));
  }
  return changed;
}

/** As short as a person would write it. */
const written = (value: number) => Number(value.toPrecision(4));
