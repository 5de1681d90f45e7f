/** Where one looks on the stage, in the address: "1.2,-0.4,3" is its middle and the zoom, "-30,50" how a surface is
 * turned and tilted; and the layers that are shown. */
import type { Signal } from "@preact/signals";
import {
  type Camera,
  FRONT,
  HIGHEST_TILT,
  HOME,
  LAYERS,
  type LayerName,
  type Layers,
  LOWEST_TILT,
  type Orbit,
} from "../stage";
import type { Keeper } from "./here";

const rounded = (value: number) => Number(value.toPrecision(4));

export const viewOf = (camera: Signal<Camera>): Keeper => ({
  write: () => {
    const { x, y, zoom } = camera.value;
    const home = x === HOME.x && y === HOME.y && zoom === HOME.zoom;
    return home ? null : [x, y, zoom].map(rounded).join(",");
  },
  read: (text) => {
    camera.value = HOME;
    if (text === null) return null;
    const [x, y, zoom, ...more] = text.split(",").map(Number);
    const fine = [x, y, zoom].every(Number.isFinite) && zoom! > 0 && more.length === 0;
    if (fine) camera.value = { x: x!, y: y!, zoom: zoom! };
    return fine ? null : `The address looks at “${text}”; three numbers are needed: x, y and a zoom above 0.`;
  },
});

export const surfaceOf = (orbit: Signal<Orbit | null>): Keeper => ({
  write: () => orbit.value && `${rounded(orbit.value.turn)},${rounded(orbit.value.tilt)}`,
  read: (text) => {
    orbit.value = null;
    if (text === null) return null;
    const [turn, tilt, ...more] = text.split(",").map(Number);
    const fine = Math.abs(turn!) <= 180 && tilt! >= LOWEST_TILT && tilt! <= HIGHEST_TILT && more.length === 0;
    orbit.value = fine ? { turn: turn!, tilt: tilt! } : FRONT;
    const bounds = `-180 to 180 and ${LOWEST_TILT} to ${HIGHEST_TILT} degrees`;
    return fine ? null : `The address turns the surface by “${text}”; two numbers are needed, ${bounds}.`;
  },
});

/** The layers that an address shows, by their names; null where it says nothing, and what is wrong with it. */
export function layersIn(text: string | null): { shown: Required<Layers> | null; fault: string | null } {
  if (text === null) return { shown: null, fault: null };
  const names = Object.keys(LAYERS) as LayerName[];
  const wanted = text.split(",").filter((name) => name !== "none" && name !== "");
  const unknown = wanted.filter((name) => !(names as string[]).includes(name));
  const fault =
    unknown.length > 0
      ? `The address shows layers that there are not: ${unknown.join(", ")}. There are ${names.join(", ")}.`
      : null;
  // where none of them is one, they say nothing
  if (fault && unknown.length === wanted.length) return { shown: null, fault };
  const shown = Object.fromEntries(names.map((name) => [name, wanted.includes(name)]));
  return { shown: shown as Required<Layers>, fault };
}

/** The inverse; null where the layers are as at first. */
export function layersWritten(shown: Layers, first: Layers): string | null {
  const names = Object.keys(LAYERS) as LayerName[];
  if (names.every((name) => shown[name] === first[name])) return null;
  return names.filter((name) => shown[name]).join(",") || "none";
}
