/** Messages between the page and the server, and the JSON of its REST routes. */
import type { WireFrame } from "./frame";
import type * as generated from "./wire.gen";

export type { KeyframeInfo as Keyframe, MetricRow, Problem as Fault } from "./wire.gen";

/** A tree of settings as JSON. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };
export type PlugInConfig = JsonObject & { kind: string };

/** What a run is made from; parts that are left out are filled from the method's recipe. */
export interface RunConfig {
  dataset: PlugInConfig;
  method: PlugInConfig;
  energy: PlugInConfig;
  optimization: JsonObject;
  seed?: number;
  seconds?: number | null;
  updates?: number | null;
  device?: string;
}

export type Run = Omit<generated.Run, "config" | "horizon"> & {
  config: RunConfig;
  /** Updates in the whole run; null while a time budget has not become a number of updates. */
  horizon: number | null;
};
export type RunState = Run["state"];
export type RunEvent = Omit<generated.Event, "seq" | "kind"> & { seq?: number; kind: string };

/** A JSON schema as pydantic writes it, with the marks of a plug-in's field. */
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string;
  title?: string;
  description?: string;
  default?: Json;
  const?: Json;
  enum?: Json[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  discriminator?: { propertyName: string; mapping?: Record<string, string> };
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  symbol?: string;
  live?: boolean;
  log?: boolean;
  advanced?: boolean;
}

export interface PlugInInfo {
  kind: string;
  title: string;
  summary: string;
  schema: Schema;
}

export interface DatasetInfo extends PlugInInfo {
  /** [2] in the plane, [channels, height, width] for images. */
  shape: number[];
  has_density: boolean;
  /** Points in data coordinates, or images as nested rows of grey levels in [0, 1]; empty where there is nothing to draw yet. */
  thumbnail: number[][] | number[][][];
}

export interface MethodInfo extends PlugInInfo {
  family: string;
  /** The update in one line of TeX. */
  equation: string;
  source: string;
}

export interface SamplerInfo extends PlugInInfo {
  equation?: string;
}

export type Recipe = Omit<RunConfig, "dataset">;

export interface Catalogue {
  version: string;
  datasets: DatasetInfo[];
  methods: MethodInfo[];
  samplers: SamplerInfo[];
  energies: PlugInInfo[];
  /** Energies in closed form; a stored catalogue may lack them. */
  landscapes?: PlugInInfo[];
  optimization: Schema;
  recipes: Record<string, { plane?: Recipe; image?: Recipe }>;
  families: { kind: string; title: string }[];
}

export type FrameMessage = WireFrame & { type: "frame"; run: string };

export type ServerMessage =
  | Exclude<
      generated.Protocol["server"],
      generated.RunMessage | generated.EventMessage | generated.FrameMessage
    >
  | (Omit<generated.RunMessage, "info"> & { info: Run })
  | (Omit<generated.EventMessage, "event"> & { event: RunEvent })
  | FrameMessage;

export type PageMessage = generated.Protocol["page"];

/** The stored run that the first paint plays. */
export interface StoredRun {
  run: Run;
  frames: WireFrame[];
  metrics: generated.MetricRow[];
  events?: RunEvent[];
  /** As it was when the run was stored; it stands until the server's own is there. */
  catalogue?: Catalogue;
}
