/** Made from the server's models by `make types`; do not edit. */

export type Json =
  | boolean
  | number
  | string
  | Json[]
  | {
      [k: string]: Json;
    }
  | null;
export type PageMessage = Watch | Unwatch | Ping;
export type ServerMessage =
  | Welcome
  | Pong
  | RunsChanged
  | TroublesMessage
  | RunMessage
  | MetricsMessage
  | EventMessage
  | Gap
  | ErrorMessage
  | FrameMessage;

/**
 * The routes below /api/v1.
 */
export interface Routes {
  "GET /health": {
    parameters: {};
    body: null;
    answer: Health;
  };
  "GET /catalogue": {
    parameters: {};
    body: null;
    answer: Catalogue;
  };
  "POST /runs": {
    parameters: {};
    body: NewRun;
    answer: Run;
  };
  "GET /runs": {
    parameters: {
      /**
       * Words of name, id, kinds, tags.
       */
      search?: string | null;
      state?: ("queued" | "starting" | "running" | "paused" | "finished" | "stopped" | "failed")[] | null;
      method?: string[] | null;
      dataset?: string[] | null;
      tag?: string[] | null;
      sort?: "made" | "family" | "name" | "state" | "updates" | "distance";
      descending?: boolean;
      offset?: number;
      limit?: number;
    };
    body: null;
    answer: ListedRun[];
  };
  "GET /runs/found": {
    parameters: {
      /**
       * Words of name, id, kinds, tags.
       */
      search?: string | null;
      state?: ("queued" | "starting" | "running" | "paused" | "finished" | "stopped" | "failed")[] | null;
      method?: string[] | null;
      dataset?: string[] | null;
      tag?: string[] | null;
      sort?: "made" | "family" | "name" | "state" | "updates" | "distance";
      descending?: boolean;
      offset?: number;
      limit?: number;
    };
    body: null;
    answer: Found;
  };
  "POST /runs/delete": {
    parameters: {};
    body: DeleteMany;
    answer: Deleted;
  };
  "GET /runs/{run}": {
    parameters: {
      run: string;
    };
    body: null;
    answer: Run;
  };
  "DELETE /runs/{run}": {
    parameters: {
      run: string;
    };
    body: null;
    answer: null;
  };
  "PATCH /runs/{run}": {
    parameters: {
      run: string;
    };
    body: Patch;
    answer: Run;
  };
  "POST /runs/{run}/repeat": {
    parameters: {
      run: string;
    };
    body: null;
    answer: Run;
  };
  "POST /runs/{run}/branch": {
    parameters: {
      run: string;
    };
    body: Branch;
    answer: Run;
  };
  "GET /runs/{run}/metrics": {
    parameters: {
      run: string;
      /**
       * Only what is numbered higher.
       */
      after?: number;
      format?: "json" | "csv";
    };
    body: null;
    answer: MetricRow[];
  };
  "GET /runs/{run}/events": {
    parameters: {
      run: string;
      /**
       * Only what is numbered higher.
       */
      after?: number;
    };
    body: null;
    answer: Event[];
  };
  "GET /runs/{run}/keyframes": {
    parameters: {
      run: string;
    };
    body: null;
    answer: KeyframeInfo[];
  };
  "GET /runs/{run}/keyframes/{step}": {
    parameters: {
      run: string;
      step: number;
    };
    body: null;
    answer: FrameMessage;
  };
  "GET /runs/{run}/snapshots": {
    parameters: {
      run: string;
    };
    body: null;
    answer: KeyframeInfo[];
  };
  "GET /runs/{run}/truth": {
    parameters: {
      run: string;
    };
    body: null;
    answer: PackedLandscape;
  };
  "GET /runs/{run}/log": {
    parameters: {
      run: string;
    };
    body: null;
    answer: string;
  };
  "GET /runs/{run}/download": {
    parameters: {
      run: string;
    };
    body: null;
    answer: Uint8Array;
  };
  "POST /points": {
    parameters: {
      /**
       * For messages; .json is read as such.
       */
      name: string;
      /**
       * x and y by name or by number from 1, such as lon,lat; else the first two that do more than count the rows.
       */
      columns?: string | null;
      /**
       * The column of classes; else the last, if it looks like some.
       */
      labels?: string | null;
      /**
       * What the classes are called, in their order, such as cat,dog.
       */
      classes?: string | null;
    };
    body: Uint8Array;
    answer: OwnPoints;
  };
  "GET /points/{digest}": {
    parameters: {
      digest: string;
    };
    body: null;
    answer: OwnPoints;
  };
  "GET /points/{digest}/file": {
    parameters: {
      digest: string;
    };
    body: null;
    answer: Uint8Array;
  };
  "POST /pictures": {
    parameters: {
      /**
       * For messages.
       */
      name: string;
      /**
       * Pixels along an edge, scaled to.
       */
      edge?: number | null;
    };
    body: Uint8Array;
    answer: OwnPictures;
  };
  "GET /pictures/{digest}": {
    parameters: {
      digest: string;
    };
    body: null;
    answer: OwnPictures;
  };
  "POST /runs/{run}/pause": {
    parameters: {
      run: string;
    };
    body: null;
    answer: Run;
  };
  "POST /runs/{run}/resume": {
    parameters: {
      run: string;
    };
    body: null;
    answer: Run;
  };
  "POST /runs/{run}/step": {
    parameters: {
      run: string;
    };
    body: Steps | null;
    answer: Run;
  };
  "POST /runs/{run}/slow-motion": {
    parameters: {
      run: string;
    };
    body: null;
    answer: SlowMotion;
  };
  "POST /runs/{run}/stop": {
    parameters: {
      run: string;
    };
    body: null;
    answer: Run;
  };
  "GET /runs/{run}/energy": {
    parameters: {
      run: string;
      /**
       * One of GET .../snapshots; else the newest.
       */
      step?: number | null;
    };
    body: null;
    answer: PackedEnergy;
  };
  "POST /samplings": {
    parameters: {};
    body: Trial;
    answer: Outcome;
  };
  "POST /samplings/slow-motion": {
    parameters: {
      /**
       * Steps that the chains have made.
       */
      step: number;
    };
    body: Trial;
    answer: SlowMotion;
  };
  "POST /runs/{run}/ways": {
    parameters: {
      run: string;
    };
    body: Way;
    answer: WayMade;
  };
  "GET /runs/{run}/robustness": {
    parameters: {
      run: string;
    };
    body: null;
    answer: Robustness;
  };
  "GET /ready": {
    parameters: {};
    body: null;
    answer: Ready;
  };
  "GET /runs/{run}/export/html": {
    parameters: {
      run: string;
      /**
       * Runs that are compared with it.
       */
      beside?: string[] | null;
      /**
       * Runs that are one of these but for the seed, for the median and the range.
       */
      repeats?: string[] | null;
      moments?: number | null;
      cells?: number;
      /**
       * The update where it begins.
       */
      first?: number | null;
      /**
       * The update where it ends.
       */
      last?: number | null;
    };
    body: null;
    answer: string;
  };
  "GET /runs/{run}/export/gif": {
    parameters: {
      run: string;
      /**
       * Runs that are compared with it.
       */
      beside?: string[] | null;
      width?: number;
      per_second?: number;
      pictures?: number;
      /**
       * The update where it begins.
       */
      first?: number | null;
      /**
       * The update where it ends.
       */
      last?: number | null;
      theme?: "dark" | "light";
      clock?: "updates" | "seconds" | "evaluations";
      /**
       * What is drawn, where the run has it; `energy` is the map, `none` nothing at all. Of images: whose are shown.
       */
      layers?: ("none" | "energy" | "contours" | "data" | "perturbed" | "chains" | "generator")[] | null;
      show?: "energy" | "density" | "truth" | "difference";
    };
    body: null;
    answer: Uint8Array;
  };
  "GET /runs/{run}/export/script": {
    parameters: {
      run: string;
    };
    body: null;
    answer: Uint8Array;
  };
  "GET /runs/{run}/export/samples": {
    parameters: {
      run: string;
      /**
       * One of GET .../keyframes; else the newest.
       */
      step?: number | null;
    };
    body: null;
    answer: string;
  };
  "GET /runs/{run}/export/grid": {
    parameters: {
      run: string;
      /**
       * One of GET .../keyframes; else the newest.
       */
      step?: number | null;
    };
    body: null;
    answer: Uint8Array;
  };
  "GET /sweeps": {
    parameters: {};
    body: null;
    answer: SweepSummary[];
  };
  "POST /sweeps": {
    parameters: {};
    body: NewSweep;
    answer: SweepSummary;
  };
  "POST /sweeps/plan": {
    parameters: {};
    body: NewSweep;
    answer: SweepPlan;
  };
  "GET /sweeps/{sweep}": {
    parameters: {
      sweep: string;
    };
    body: null;
    answer: Sweep;
  };
  "DELETE /sweeps/{sweep}": {
    parameters: {
      sweep: string;
      /**
       * Its runs too; else they stay, and are of no sweep.
       */
      with_runs?: boolean;
    };
    body: null;
    answer: null;
  };
  "GET /sweeps/{sweep}/summary": {
    parameters: {
      sweep: string;
    };
    body: null;
    answer: SweepSummary;
  };
  "GET /sweeps/{sweep}/table": {
    parameters: {
      sweep: string;
      of?: "runs" | "groups";
    };
    body: null;
    answer: string;
  };
  "POST /sweeps/{sweep}/pause": {
    parameters: {
      sweep: string;
    };
    body: null;
    answer: SweepSummary;
  };
  "POST /sweeps/{sweep}/resume": {
    parameters: {
      sweep: string;
    };
    body: null;
    answer: SweepSummary;
  };
}
export interface Health {
  status: "ok" | "trouble";
  version: string;
  troubles: string[];
}
/**
 * Every plug-in with its schema, what pressing play gives, and samples of the data.
 */
export interface Catalogue {
  version: string;
  datasets: DatasetInfo[];
  methods: MethodInfo[];
  samplers: SamplerInfo[];
  energies: PlugInInfo[];
  formulas: FormulaInfo[];
  run: Schema;
  optimization: Schema;
  trial: Schema;
  most_chain_steps: number;
  recipes: {
    [k: string]: {
      [k: string]: Recipe;
    };
  };
  first: First;
  families: Family[];
  presets?: PresetInfo[];
  plugins?: Origin[];
  problems?: string[];
}
export interface DatasetInfo {
  kind: string;
  title: string;
  summary: string;
  schema: Schema;
  shape: number[];
  has_density: boolean;
  table: string | null;
  columns: string | null;
  pictures: string | null;
  classes: string | null;
  class_names: string[];
  thumbnail: number[][] | number[][][][];
}
export interface Schema {
  $ref?: string;
  $defs?: {
    [k: string]: Schema;
  };
  type?: string;
  title?: string;
  description?: string;
  default?: Json;
  const?: Json;
  enum?: Json[];
  properties?: {
    [k: string]: Schema;
  };
  additionalProperties?: Json;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  discriminator?: Discriminator;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  symbol?: string;
  live?: boolean;
  log?: boolean;
  advanced?: boolean;
  size?: number;
  fine?: boolean;
  local?: boolean;
  divided?: boolean;
}
/**
 * Which field tells the members of a union apart, and the member of each of its values.
 */
export interface Discriminator {
  propertyName: string;
  mapping?: {
    [k: string]: string;
  };
}
export interface MethodInfo {
  kind: string;
  title: string;
  summary: string;
  schema: Schema;
  family: string;
  equation: string;
  source: string;
  stage_note: string;
  image_note: string;
  series: {
    [k: string]: string;
  };
}
export interface SamplerInfo {
  kind: string;
  title: string;
  summary: string;
  schema: Schema;
  moves: {
    [k: string]: string;
  };
}
export interface PlugInInfo {
  kind: string;
  title: string;
  summary: string;
  schema: Schema;
}
export interface FormulaInfo {
  kind: string;
  title: string;
  summary: string;
  schema: Schema;
  length: number;
}
/**
 * A run without its data.
 */
export interface Recipe {
  method: PlugInConfig;
  energy: PlugInConfig;
  optimization: {
    [k: string]: Json;
  };
  seconds: number | null;
  updates: number | null;
  seed: number;
  device: "cpu" | "cuda";
  sizes: "data" | "model";
}
/**
 * A plug-in's kind and its fields, as the catalogue's schema of the kind has them.
 */
export interface PlugInConfig {
  kind: string;
  [k: string]: Json | string;
}
/**
 * What a new page offers, by kind.
 */
export interface First {
  dataset: string;
  method: string;
}
export interface Family {
  kind: string;
  title: string;
  races: string | null;
}
/**
 * A paper's recipe for images.
 */
export interface PresetInfo {
  name: string;
  title: string;
  paper: string;
  link: string;
  where: string;
  recipe: string;
  reached: string;
  on: {
    [k: string]: PresetSetup;
  };
}
/**
 * A preset on a data set.
 */
export interface PresetSetup {
  run: PresetRun;
  parameters: number;
  takes: string;
  differs: string[];
  figures: string;
}
export interface PresetRun {
  method: PlugInConfig;
  energy: PlugInConfig;
  optimization: {
    [k: string]: Json;
  };
  seconds: number | null;
  updates: number | null;
  seed: number;
  device: "cpu" | "cuda";
  sizes: "data" | "model";
  dataset: {
    [k: string]: Json;
  };
}
/**
 * Where a plug-in from outside the package came from.
 */
export interface Origin {
  contract: string;
  kind: string;
  path: string;
  digest: string;
}
/**
 * A run to be: its name, and parts of a RunConfig; the method's recipe gives the others.
 *
 * Only the name is checked here; `RunConfig` says of the rest what is wrong, and what is allowed.
 */
export interface NewRun {
  name?: string | null;
  dataset?: PlugInConfig;
  method?: PlugInConfig;
  energy?: PlugInConfig;
  optimization?: {
    [k: string]: Json;
  };
  seed?: number;
  seconds?: number | null;
  updates?: number | null;
  device?: "cpu" | "cuda";
  processes?: number;
  sizes?: "data" | "model";
}
/**
 * A run, whole.
 */
export interface Run {
  id: string;
  name: string;
  state: "queued" | "starting" | "running" | "paused" | "finished" | "stopped" | "failed";
  reason: string | null;
  created: string;
  started: string | null;
  ended: string | null;
  step: number;
  seconds: number;
  horizon: number | null;
  metrics: {
    [k: string]: number;
  };
  seq: number;
  speed: number | null;
  parent: string | null;
  parent_step: number | null;
  pinned: boolean;
  tags: string[];
  long_update: LongUpdate | null;
  usage: Usage | null;
  asleep: boolean;
  sweep: string | null;
  first_plugins: Origin[];
  config: RunConfig;
  dataset: string;
  method: string;
  seed: number;
  config_digest: string;
  repeats: boolean;
  plugins: Origin[];
}
/**
 * An update that has been under way for a while: how far its chains are.
 */
export interface LongUpdate {
  seconds: number;
  chain_step: number;
  chain_steps: number;
}
/**
 * What a run's worker takes of its machine.
 */
export interface Usage {
  cpu: number | null;
  memory: number;
  gpu: string | null;
}
/**
 * A run, whole.
 */
export interface RunConfig {
  dataset: PlugInConfig;
  method: PlugInConfig;
  energy: PlugInConfig;
  optimization: {
    [k: string]: Json;
  };
  seed: number;
  seconds: number | null;
  updates: number | null;
  device: "cpu" | "cuda";
  processes?: number;
  sizes?: "data" | "model";
  plugins?: {
    [k: string]: string;
  }[];
}
/**
 * A run of the list, with its place in the tree of branches.
 */
export interface ListedRun {
  id: string;
  name: string;
  state: "queued" | "starting" | "running" | "paused" | "finished" | "stopped" | "failed";
  reason: string | null;
  created: string;
  started: string | null;
  ended: string | null;
  step: number;
  seconds: number;
  horizon: number | null;
  metrics: {
    [k: string]: number;
  };
  seq: number;
  speed: number | null;
  parent: string | null;
  parent_step: number | null;
  pinned: boolean;
  tags: string[];
  long_update: LongUpdate | null;
  usage: Usage | null;
  asleep: boolean;
  sweep: string | null;
  dataset: string;
  method: string;
  seed: number;
  config_digest: string;
  repeats: boolean;
  plugins: Origin[];
  first_plugins: Origin[];
  depth: number;
  differs: {
    [k: string]: Json;
  };
  parent_name: string | null;
  parent_method: string | null;
  parent_dataset: string | null;
}
/**
 * How many runs there are, of each kind, and how many fit.
 */
export interface Found {
  all: number;
  fitting: number;
  states: {
    [k: string]: number;
  };
  methods: {
    [k: string]: number;
  };
  datasets: {
    [k: string]: number;
  };
  tags: {
    [k: string]: number;
  };
}
/**
 * Which runs; those that go on stay.
 */
export interface DeleteMany {
  /**
   * @maxItems 10000
   */
  runs: string[];
}
/**
 * What has become of them.
 */
export interface Deleted {
  deleted: number;
  kept: {
    [k: string]: string;
  };
}
/**
 * Live changes by path, and the speed limit (null lifts it); what is left out stays.
 */
export interface Patch {
  changes?: {
    [k: string]: Json;
  };
  speed?: number | null;
  name?: string | null;
  pinned?: boolean | null;
  tags?: string[] | null;
}
/**
 * Where a new run branches off, and its live changes by path.
 */
export interface Branch {
  step: number;
  changes?: {
    [k: string]: Json;
  };
  name?: string | null;
}
export interface MetricRow {
  seq: number;
  step: number;
  seconds: number;
  values: {
    [k: string]: number;
  };
}
/**
 * Something that happened to a run at a step.
 */
export interface Event {
  seq: number;
  step: number;
  kind: "change" | "state";
  path: string | null;
  value: Json;
  previous: Json;
  text: string | null;
}
export interface KeyframeInfo {
  step: number;
  seconds: number;
}
/**
 * One moment of a run: it renews the arrays and the landscape that it brings; all others keep
 * their last value. The first one after `Watch` brings all that is known.
 */
export interface FrameMessage {
  type: "frame";
  run: string;
  step: number;
  seconds: number;
  metrics: {
    [k: string]: number;
  };
  window: [[number, number], [number, number]] | null;
  places: string[];
  arrays: {
    [k: string]: QuantisedArray | PackedArray;
  };
  landscape?: PackedLandscape | null;
}
/**
 * Whole numbers that stand for others: value = lo + (hi - lo) * q / (2**bits - 1).
 */
export interface QuantisedArray {
  dtype: "f4" | "u1" | "u2";
  shape: number[];
  data: Uint8Array;
  lo: number;
  hi: number;
}
/**
 * Raw little-endian numbers, C order. f4 is float32, u1 and u2 unsigned integers.
 */
export interface PackedArray {
  dtype: "f4" | "u1" | "u2";
  shape: number[];
  data: Uint8Array;
}
/**
 * Energies. Row 0 is the lowest y; cell centres over a window in the data's units.
 */
export interface PackedLandscape {
  dtype: "f4" | "u1" | "u2";
  shape: number[];
  data: Uint8Array;
  lo: number;
  hi: number;
  /**
   * @minItems 2
   * @maxItems 2
   */
  window: [[number, number], [number, number]];
}
/**
 * What was read of a file of points; a run takes them as {"digest", "rows"}.
 */
export interface OwnPoints {
  digest: string;
  rows: number;
  name: string;
  classes: Reference | null;
  preview: [number, number][];
  /**
   * @minItems 2
   * @maxItems 2
   */
  window: [[number, number], [number, number]];
  scale: number;
  detail: number;
  columns: string[];
  /**
   * @minItems 2
   * @maxItems 2
   */
  chosen: [string, string];
  labels: string | null;
  class_names: string[];
  head: string[][];
  messages: string[];
}
/**
 * What stands for an array that the server keeps.
 */
export interface Reference {
  digest: string;
  rows: number;
}
/**
 * What was read of a file of pictures; a run takes them as {"digest", "rows"}.
 */
export interface OwnPictures {
  digest: string;
  rows: number;
  name: string;
  shape: number[];
  classes: Reference | null;
  class_names: string[];
  preview: number[][][][];
  messages: string[];
}
export interface Steps {
  updates?: number;
}
/**
 * An update that was made, or a step of chains.
 */
export interface SlowMotion {
  step: number;
  window: [[number, number], [number, number]] | null;
  phases: PackedPhase[];
  change: PackedLandscape | null;
}
/**
 * One thing that an update does. Points of the plane are where the stage draws them, in
 * [-4.5, 4.5]^2; images are (n, channels, height, width).
 */
export interface PackedPhase {
  name: string;
  term: string;
  sentence: string;
  points: {
    [k: string]: PackedArray;
  };
  arrows: {
    [k: string]: PackedArrows;
  };
  values: {
    [k: string]: {
      [k: string]: PackedArray;
    };
  };
}
export interface PackedArrows {
  start: PackedArray;
  end: PackedArray;
}
/**
 * E(p) of a run at an update, for points p of the plane in the data's units.
 *
 * 1. x = matrix (p - center).
 * 2. a = [x, sin t, cos t] with t = x frequencies + phases; a = x where there are none.
 * 3. a <- f(weight a + bias) for each layer, with f the activation; the last one has no f.
 * 4. h, by `reading`: "height" is a itself, of one entry; "log_sum_exp" is -log sum exp a;
 *    "entropy" is the entropy of softmax(a).
 * 5. E = scale h + quadratic |x|^2 / 2 + constant + what `groups` add at x.
 */
export interface PackedEnergy {
  version: 1;
  step: number;
  /**
   * @minItems 2
   * @maxItems 2
   */
  center: [number, number];
  /**
   * @minItems 2
   * @maxItems 2
   */
  matrix: [[number, number], [number, number]];
  frequencies: PackedArray | null;
  phases: PackedArray | null;
  activation: "silu" | "softplus" | "tanh";
  layers: PackedLayer[];
  reading: "height" | "log_sum_exp" | "entropy";
  scale: number;
  quadratic: number;
  constant: number;
  groups: PackedGroups | null;
}
export interface PackedLayer {
  weight: PackedArray;
  bias: PackedArray;
}
/**
 * sum_k offsets_k r_k(x), with r the softmax over k of log_weights_k - |x - mean_k|_k^2 / 2.
 */
export interface PackedGroups {
  offsets: number[];
  log_weights: number[];
  means: [number, number][];
  precisions: [[number, number], [number, number]][];
}
/**
 * An energy, a sampler, and how long. Checked by the process that samples, not here.
 */
export interface Trial {
  /**
   * A formula, or the energy of a run, as it is or was at an update.
   */
  energy?: {
    formula?: PlugInConfig | null;
    run?: string | null;
    step?: number | null;
  };
  sampler?: PlugInConfig;
  chains?: number;
  steps?: number;
  start?: [number, number] | null;
  seed?: number;
}
/**
 * What a trial gives; null where a figure is not finite. See `ebm_core.playground`.
 */
export interface Outcome {
  landscape: PackedLandscape;
  draws: PackedArray;
  thinning: number;
  warm_up: number;
  acceptance: number | null;
  step_size: number | null;
  temperature: number | null;
  ess: number | null;
  r_hat: number | null;
  mixing: ("mixed" | "slow" | "apart") | null;
  steps_needed: number | null;
  autocorrelation: PackedArray;
  seconds: number;
  gradient_evaluations: number;
}
/**
 * Where chains start, under which condition, how long. Checked by the process that makes it.
 */
export interface Way {
  step?: number | null;
  start?: StartImage | null;
  to?: StartImage | null;
  hole?: boolean[] | null;
  label?: number | null;
  steps?: number | null;
  chains?: number;
  seed?: number;
}
/**
 * Grey values, -1 black and 1 white, or a held-out image by its row; and noise on it.
 */
export interface StartImage {
  pixels?: number[] | null;
  held_out?: number | null;
  noise?: number;
}
/**
 * A way at its start and at some moments after it. See `ebm_core.playground.way`.
 */
export interface WayMade {
  step: number;
  description: string;
  at: PackedArray;
  images: QuantisedArray;
  energies: PackedArray;
  ends: {
    [k: string]: PackedArray;
  };
  seconds: number;
}
/**
 * A classifier beside a plain one, under attack. See `ebm_core.playground.robustness`.
 */
export interface Robustness {
  step: number;
  images: number;
  radii: ByNorm;
  accuracies: {
    [k: string]: ByNorm;
  };
  seconds: number;
}
/**
 * Numbers for the radii of an attack, by what the radius bounds.
 */
export interface ByNorm {
  linf: number[];
  l2: number[];
}
export interface Ready {
  status: "ready";
}
/**
 * A sweep as a list tells of it.
 */
export interface SweepSummary {
  id: string;
  name: string;
  state: "running" | "paused" | "finished";
  created: string;
  runs: number;
  ended: number;
  failed: number;
  going: number;
}
/**
 * A sweep to be, as TOML.
 */
export interface NewSweep {
  toml: string;
}
/**
 * What a sweep would be.
 */
export interface SweepPlan {
  name: string;
  runs: number;
  seconds: number | null;
  at_once: number;
  varied: string[];
}
/**
 * A sweep, whole.
 */
export interface Sweep {
  id: string;
  name: string;
  state: "running" | "paused" | "finished";
  created: string;
  runs: number;
  ended: number;
  failed: number;
  going: number;
  toml: string;
  varied: string[];
  members: SweepRun[];
  groups: SweepGroup[];
}
/**
 * A run of a sweep: where it is, and what it has come to.
 */
export interface SweepRun {
  key: string;
  values: {
    [k: string]: Json;
  };
  state: ("queued" | "starting" | "running" | "paused" | "finished" | "stopped" | "failed") | "missing";
  run: string | null;
  reason: string | null;
  figures: {
    [k: string]: number;
  };
  updates: number;
  seconds: number;
}
/**
 * Runs that differ by their seed alone.
 */
export interface SweepGroup {
  values: {
    [k: string]: Json;
  };
  keys: string[];
  ended: number;
  failed: number;
  figures: {
    [k: string]: SweepQuartiles;
  };
}
/**
 * A figure of a group; null is what a failed run decides, since such a run is the worst.
 */
export interface SweepQuartiles {
  better: number | null;
  median: number | null;
  worse: number | null;
}
export interface Ping {
  type: "ping";
}
export interface Unwatch {
  type: "unwatch";
  run: string;
}
export interface Watch {
  type: "watch";
  run: string;
  after?: number;
  frames_per_second?: number;
  landscapes?: boolean;
}
export interface ErrorMessage {
  type: "error";
  run: string | null;
  message: string;
}
export interface EventMessage {
  type: "event";
  run: string;
  seq: number;
  event: Event;
}
/**
 * Forget metrics and events after `after` and fetch them again over REST.
 */
export interface Gap {
  type: "gap";
  run: string;
  after: number;
}
export interface MetricsMessage {
  type: "metrics";
  run: string;
  seq: number;
  rows: MetricRow[];
}
export interface Pong {
  type: "pong";
}
export interface RunMessage {
  type: "run";
  run: string;
  seq: number;
  info: RunSummary;
}
/**
 * A run as lists and messages tell of it.
 */
export interface RunSummary {
  id: string;
  name: string;
  state: "queued" | "starting" | "running" | "paused" | "finished" | "stopped" | "failed";
  reason: string | null;
  created: string;
  started: string | null;
  ended: string | null;
  step: number;
  seconds: number;
  horizon: number | null;
  metrics: {
    [k: string]: number;
  };
  seq: number;
  speed: number | null;
  parent: string | null;
  parent_step: number | null;
  pinned: boolean;
  tags: string[];
  long_update: LongUpdate | null;
  usage: Usage | null;
  asleep: boolean;
  sweep: string | null;
  dataset: string;
  method: string;
  seed: number;
  config_digest: string;
  repeats: boolean;
  plugins: Origin[];
  first_plugins: Origin[];
}
/**
 * The list of runs changed: fetch it again.
 */
export interface RunsChanged {
  type: "runs";
}
/**
 * What keeps the server from writing or starting runs has changed.
 */
export interface TroublesMessage {
  type: "troubles";
  troubles: string[];
}
export interface Welcome {
  type: "welcome";
  version: string;
  cores: number;
  waits: string;
}
/**
 * Why something is not done, in words.
 */
export interface Refusal {
  detail: string;
}
/**
 * Why a file is refused: `value` is what stands in a row and column, both from 1.
 */
export interface FileProblem {
  path: string;
  value: Json;
  message: string;
  allowed: string | null;
  row: number | null;
  column: number | null;
}
/**
 * Why a value is refused.
 */
export interface Problem {
  path: string;
  value: Json;
  message: string;
  allowed: string | null;
}
/**
 * What is wrong with what was sent: at each value, or in words where it is no one value.
 */
export interface Unprocessable {
  detail: (FileProblem | Problem)[] | string;
}
