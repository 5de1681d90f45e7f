/** The page's names for messages and the JSON of routes, all taken from the generated types. */
import type * as wire from "./wire.gen";

export type {
  Catalogue,
  DatasetInfo,
  Event as RunEvent,
  Found,
  FrameMessage,
  Json,
  KeyframeInfo as Keyframe,
  ListedRun,
  MethodInfo,
  MetricRow,
  Origin,
  Outcome,
  OwnPictures,
  OwnPoints,
  PackedArray,
  PackedEnergy,
  PackedLandscape,
  PackedPhase,
  PageMessage,
  PlugInConfig,
  PlugInInfo,
  PresetInfo,
  PresetSetup,
  Problem as Fault,
  QuantisedArray,
  Recipe,
  Robustness,
  Routes,
  Run,
  RunConfig,
  RunSummary,
  Schema,
  ServerMessage,
  SlowMotion,
  StartImage,
  Sweep,
  SweepGroup,
  SweepPlan,
  SweepRun,
  SweepSummary,
  Way as AskedWay,
  WayMade,
} from "./wire.gen";

export type JsonObject = { [name: string]: wire.Json };
export type RunState = wire.Run["state"];

/** A frame as it travels: on the websocket, from the keyframe route and in the stored run. */
export type WireFrame = Partial<wire.FrameMessage> & Pick<wire.FrameMessage, "step" | "seconds">;

/** The stored run that the first paint plays. */
export interface StoredRun {
  run: wire.Run;
  frames: WireFrame[];
  /** All its moments, where `frames` has but the first of them: the others are in a file of their own. */
  keyframes?: wire.KeyframeInfo[];
  metrics: wire.MetricRow[];
  events?: wire.Event[];
  /** The true density of its data. */
  truth?: wire.PackedLandscape;
  /** As it was when the run was stored; it stands until the server's own is there. */
  catalogue?: wire.Catalogue;
}
