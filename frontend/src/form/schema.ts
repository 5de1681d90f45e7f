/** From a plug-in's JSON schema to the fields of a form. */
import type { Json, JsonObject, PlugInConfig, Schema } from "../protocol/wire";

export interface NumberControl {
  type: "number";
  integer: boolean;
  /** Bounds; `above` and `below` are exclusive. */
  min?: number;
  max?: number;
  above?: number;
  below?: number;
  log: boolean;
  nullable: boolean;
  /** What may stand in place of a number, such as "auto". */
  words?: string[];
}

export type Control =
  | NumberControl
  | { type: "switch" }
  | { type: "choice"; options: string[]; nullable: boolean }
  | { type: "plug-in"; options: { kind: string; title: string }[]; nullable: boolean }
  | { type: "list"; integer: boolean; least: number; most: number }
  | { type: "text" };

export interface Field {
  /** Dotted, from the top of the run's configuration: "method.sampler.step_size". */
  path: string;
  label: string;
  description: string;
  /** The field's letter in the method's formula. */
  symbol: string | null;
  /** May change while a run goes on. */
  live: boolean;
  advanced: boolean;
  /** What the field belongs to, such as "Persistent CD" or "Optimization". */
  group: string;
  control: Control;
  initial: Json | undefined;
  /** The power of a length that it is measured in; 0 where it is no size. */
  size: number;
  /** A length that is at most the finest detail of the data, unless it is set. */
  fine?: boolean;
  /** The name of its unit, where that needs a word. */
  unit?: string;
}

/** Titles of plug-ins by kind, from the catalogue. */
export type Titles = Record<string, string>;

/** Follows a reference into the schema's definitions. */
export function resolve(schema: Schema, root: Schema): Schema {
  if (!schema.$ref) return schema;
  const name = schema.$ref.replace("#/$defs/", "");
  const found = root.$defs?.[name];
  if (!found) throw new Error(`schema refers to ${schema.$ref}, which it does not define`);
  const { $ref: _, ...own } = schema;
  return { ...found, ...own };
}

/** The fields of an object's schema, nested plug-ins spread out after the field that chooses them. */
export function fieldsOf(
  schema: Schema,
  value: JsonObject,
  path: string,
  group: string,
  titles: Titles,
  root = schema,
): Field[] {
  const fields: Field[] = [];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (name === "kind" || property.local) continue;
    const full = path ? `${path}.${name}` : name;
    const { schema: plain, nullable } = withoutNull(resolve(property, root), root);
    const control = controlOf(plain, nullable, root, titles);
    if (!control) continue;
    fields.push({
      path: full,
      label: property.title ?? plain.title ?? name.replaceAll("_", " "),
      description: property.description ?? plain.description ?? "",
      symbol: property.symbol ?? plain.symbol ?? null,
      live: property.live ?? plain.live ?? false,
      advanced: property.advanced ?? plain.advanced ?? false,
      group,
      control,
      initial: property.default ?? plain.default,
      size: property.size ?? plain.size ?? 0,
      fine: property.fine ?? plain.fine ?? false,
    });
    const inner = value[name];
    if (control.type === "plug-in" && isObject(inner)) {
      const option = options(plain, root).find((candidate) => kindOf(candidate) === inner.kind);
      const title = titles[String(inner.kind)] ?? option?.title ?? String(inner.kind);
      if (option) fields.push(...fieldsOf(option, inner, full, title, titles, root));
    }
  }
  return fields;
}

/** The initial values of a plug-in of `kind`, which the schema offers at a path of property names. */
export function defaultsOf(schema: Schema, path: string[], kind: string): PlugInConfig {
  let at = schema;
  for (const name of path) at = withoutNull(resolve(at.properties?.[name] ?? {}, schema), schema).schema;
  const option = options(at, schema).find((candidate) => kindOf(candidate) === kind);
  const defaults: PlugInConfig = { kind };
  for (const [name, property] of Object.entries(option?.properties ?? {})) {
    const initial = property.default ?? resolve(property, schema).default;
    if (name !== "kind" && initial !== undefined) defaults[name] = initial;
  }
  return defaults;
}

/** What is wrong with a value, as a sentence with the bounds; null where it is allowed. */
export function fault(control: Control, value: Json): string | null {
  if (control.type === "list") return listFault(control, value);
  if (control.type !== "number") return null;
  if (typeof value === "string" && control.words?.includes(value)) return null;
  const needed = `A number is needed, ${bounds(control)}.`;
  if (value === null) return control.nullable ? null : needed;
  if (typeof value !== "number" || !Number.isFinite(value)) return needed;
  if (control.integer && !Number.isInteger(value)) return `A whole number is needed, ${bounds(control)}.`;
  const low =
    (control.min !== undefined && value < control.min) ||
    (control.above !== undefined && value <= control.above);
  const high =
    (control.max !== undefined && value > control.max) ||
    (control.below !== undefined && value >= control.below);
  return low || high ? `Allowed is ${bounds(control)}.` : null;
}

function listFault(control: Extract<Control, { type: "list" }>, value: Json): string | null {
  if (!Array.isArray(value) || value.some((item) => typeof item !== "number" || !Number.isFinite(item)))
    return "Numbers separated by commas are needed.";
  if (control.integer && value.some((item) => !Number.isInteger(item))) return "Whole numbers are needed.";
  if (value.length < control.least || value.length > control.most)
    return `${control.least} to ${control.most} numbers are allowed.`;
  return null;
}

/** The bounds in words: "> 0 and ≤ 1". */
export function bounds(control: NumberControl): string {
  const parts = [
    control.above !== undefined ? `> ${control.above}` : control.min !== undefined ? `≥ ${control.min}` : "",
    control.below !== undefined ? `< ${control.below}` : control.max !== undefined ? `≤ ${control.max}` : "",
  ].filter(Boolean);
  return [parts.join(" and ") || "any number", ...(control.words ?? [])].join(", or ");
}

/** The value at a dotted path; undefined where there is none. */
export function get(config: Json | undefined, path: string): Json | undefined {
  let at: Json | undefined = config;
  for (const name of path.split(".")) at = isObject(at) ? at[name] : undefined;
  return at;
}

/** A copy with the value at a dotted path replaced; what is not on the path is shared. */
export function set<T extends object>(config: T, path: string, value: Json): T {
  const [name, ...rest] = path.split(".") as [string, ...string[]];
  const copy = { ...config } as Record<string, unknown>;
  copy[name] = rest.length === 0 ? value : set((copy[name] ?? {}) as object, rest.join("."), value);
  return copy as T;
}

/** Dotted paths where two configurations differ; a plug-in of another kind is one difference, at its own path. */
export function differences(a: Json | undefined, b: Json | undefined, path = ""): string[] {
  if (a === b) return [];
  if (isObject(a) && isObject(b) && a.kind === b.kind) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...names].flatMap((name) => differences(a[name], b[name], path ? `${path}.${name}` : name));
  }
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null) ? [] : [path];
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutNull(schema: Schema, root: Schema): { schema: Schema; nullable: boolean } {
  const branches = schema.anyOf;
  if (!branches) return { schema, nullable: false };
  const others = branches.filter((branch) => branch.type !== "null");
  const nullable = others.length < branches.length;
  const { anyOf: _, ...own } = schema;
  if (others.length === 1) return { schema: { ...resolve(others[0]!, root), ...own }, nullable };
  return { schema: { ...own, oneOf: others }, nullable };
}

function options(schema: Schema, root: Schema): Schema[] {
  return (schema.oneOf ?? [schema])
    .map((option) => resolve(option, root))
    .filter((option) => kindOf(option) !== null);
}

function kindOf(schema: Schema): Json | null {
  const kind = schema.properties?.kind;
  return kind?.const ?? kind?.enum?.[0] ?? kind?.default ?? null;
}

function controlOf(schema: Schema, nullable: boolean, root: Schema, titles: Titles): Control | null {
  const plugIns = options(schema, root);
  if (plugIns.length > 0) {
    const kinds = plugIns.map((option) => {
      const kind = String(kindOf(option));
      return { kind, title: titles[kind] ?? option.title ?? kind };
    });
    return { type: "plug-in", options: kinds, nullable };
  }
  if (schema.enum) return { type: "choice", options: schema.enum.map(String), nullable };
  const number = numberOf(schema, nullable);
  if (number) return number;
  switch (schema.type) {
    case "boolean":
      return { type: "switch" };
    case "string":
      return { type: "text" };
    case "array":
      return listOf(schema, root);
    default:
      return null;
  }
}

/** A control for a number, where it is one or may be one of some words. */
function numberOf(schema: Schema, nullable: boolean): NumberControl | null {
  const branches = schema.oneOf ?? [schema];
  const number = branches.find(({ type }) => type === "number" || type === "integer");
  const words = branches.filter((branch) => branch !== number).map((branch) => branch.const);
  if (!number || words.some((word) => typeof word !== "string")) return null;
  return {
    type: "number",
    integer: number.type === "integer",
    ...(number.minimum !== undefined && { min: number.minimum }),
    ...(number.maximum !== undefined && { max: number.maximum }),
    ...(number.exclusiveMinimum !== undefined && { above: number.exclusiveMinimum }),
    ...(number.exclusiveMaximum !== undefined && { below: number.exclusiveMaximum }),
    log: schema.log ?? false,
    nullable,
    ...(words.length > 0 && { words: words as string[] }),
  };
}

/** Numbers that a field takes; what is longer is a table or a column of one, and comes from a file. */
const LONGEST = 64;

/** A control for a list of plain numbers. */
function listOf(schema: Schema, root: Schema): Control | null {
  if ((schema.maxItems ?? 0) > LONGEST) return null;
  const item = resolve(schema.items ?? schema.prefixItems?.[0] ?? {}, root);
  if (item.type !== "integer" && item.type !== "number") return null;
  const fixed = schema.prefixItems?.length;
  return {
    type: "list",
    integer: item.type === "integer",
    least: schema.minItems ?? fixed ?? 0,
    most: schema.maxItems ?? fixed ?? LONGEST,
  };
}
