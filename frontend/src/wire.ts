/** Messages between the page and the server, and the JSON of its REST routes. */
import type { WireFrame } from "./frame";

export type RunState = "queued" | "starting" | "running" | "paused" | "finished" | "stopped" | "failed";

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

export interface Run {
  id: string;
  name: string;
  state: RunState;
  /** Why it failed: what, which value, what to do. */
  reason: string | null;
  config: RunConfig;
  /** Times as ISO 8601 strings or seconds since 1970. */
  created: string | number;
  started: string | number | null;
  ended: string | number | null;
  step: number;
  seconds: number;
  /** Updates in the whole run; null while a time budget has not become a number of updates. */
  horizon: number | null;
  metrics: Record<string, number>;
  seq: number;
  /** Limit of updates a second; null is full speed. */
  speed: number | null;
}

export interface MetricRow {
  seq?: number;
  step: number;
  seconds: number;
  values: Record<string, number>;
}

export interface RunEvent {
  seq?: number;
  step: number;
  kind: string;
  path?: string | null;
  value?: Json;
  previous?: Json;
  text?: string | null;
}

export interface Keyframe {
  step: number;
  seconds: number;
}

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
  optimization: Schema;
  recipes: Record<string, { plane?: Recipe; image?: Recipe }>;
  families: { kind: string; title: string }[];
}

/** One fault in a refused request. */
export interface Fault {
  path: string;
  value?: Json;
  message: string;
  allowed?: string | null;
}

export type FrameMessage = WireFrame & { type: "frame"; run: string };

export type ServerMessage =
  | { type: "welcome"; version: string }
  | { type: "run"; run: string; seq: number; info: Run }
  | { type: "metrics"; run: string; seq: number; rows: MetricRow[] }
  | { type: "event"; run: string; seq: number; event: RunEvent }
  | { type: "gap"; run: string; after: number }
  | { type: "error"; run?: string | null; message: string }
  | { type: "runs" }
  | { type: "pong" }
  | FrameMessage;

export type PageMessage =
  | { type: "watch"; run: string; after: number; frames_per_second: number }
  | { type: "unwatch"; run: string }
  | { type: "ping" };

/** The stored run that the first paint plays. */
export interface StoredRun {
  run: Run;
  frames: WireFrame[];
  metrics: MetricRow[];
  events?: RunEvent[];
  /** Sample points of each distribution, by kind, for the thumbnails before the catalogue is there. */
  thumbnails?: Record<string, number[][]>;
  catalogue?: Catalogue;
}
