/** What a film shows of the stage as it is looked at, and what it leaves out: told before it is made. */
import { HOME, type ImageSource, type LayerName } from "../stage";
import { sentence } from "../words/format";
import type { Looks, Subject } from "./subject";

/** What the server draws into a GIF. */
const DRAWN: LayerName[] = ["energy", "contours", "data", "perturbed", "chains", "generator"];
const MAPS = ["energy", "density", "truth", "difference"] as const;
type Map = (typeof MAPS)[number];

const WORDS: Record<Map, string> = {
  energy: "the energy",
  density: "the density",
  truth: "the true density",
  difference: "the difference from the truth",
};
const IMAGES: Record<ImageSource, string> = {
  generator: "images of the generator",
  chains: "images of the chains",
  perturbed: "images of the data with noise",
  data: "images of the data",
};

export interface Shown {
  /** For the server. */
  layers: string[];
  show: Map;
  /** For people. */
  text: string;
}

/** Layers that are switched on and that any of the runs has. */
function switchedOn({ runs, looks }: Pick<Subject, "runs" | "looks">): LayerName[] {
  const own: LayerName[] = ["data", "perturbed", "chains", "generator"];
  const has = (name: LayerName) => runs.some(({ frame }) => name in (frame?.arrays ?? {}));
  return (Object.keys(looks.layers) as LayerName[]).filter(
    (name) => looks.layers[name] && (!own.includes(name) || has(name)),
  );
}

/** What a GIF shows. */
export function inGif(of: Pick<Subject, "runs" | "looks">): Shown {
  const { looks, runs } = of;
  if (looks.source)
    return { layers: [looks.source], show: "energy", text: sentence(`${IMAGES[looks.source]}.`) };
  const on = switchedOn(of);
  const layers = on.filter((name) => DRAWN.includes(name));
  const show = MAPS.find((name) => name === looks.mode) ?? "energy";
  const lacks = [
    ...on.filter((name) => !DRAWN.includes(name)),
    ...(layers.includes("energy") && looks.mode !== show ? [`the ${looks.mode}`] : []),
    ...(layers.includes("chains") ? ["trails"] : []),
    ...beyond(looks),
    ...(looks.orbit ? ["the surface"] : []),
    ...(looks.camera === HOME ? [] : ["the close-up"]),
    ...(runs.length > 1 && looks.scale !== "own" && show === "energy" ? ["the one scale"] : []),
  ];
  return { layers: layers.length > 0 ? layers : ["none"], show, text: told(layers, show, lacks) };
}

/** What a video shows. */
export function inVideo(of: Pick<Subject, "runs" | "looks">): string {
  const { looks } = of;
  if (looks.source) return sentence(`${IMAGES[looks.source]}.`);
  const map = looks.mode in WORDS ? (looks.mode as Map) : null;
  return told(switchedOn(of), map ?? looks.mode, beyond(looks));
}

/** What is no part of a run. */
const beyond = ({ dropped }: Looks) => (dropped ? ["chains that you dropped"] : []);

function told(layers: LayerName[], map: string, lacks: string[]): string {
  const names = layers.map((name) => (name === "energy" ? (WORDS[map as Map] ?? `the ${map}`) : name));
  const shown = names.length > 0 ? names.join(", ") : "an empty stage";
  return `${sentence(`${shown}.`)}${lacks.length > 0 ? ` Not in it: ${lacks.join(", ")}.` : ""}`;
}
