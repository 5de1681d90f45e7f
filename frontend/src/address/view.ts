/** Where one looks on the stage, in the address: "1.2,-0.4,3" is its middle and the zoom, "-30,50" how a surface is
 * turned and tilted. */
import type { Signal } from "@preact/signals";
import { type Camera, FRONT, HIGHEST_TILT, HOME, LOWEST_TILT } from "../stage";
import { orbit } from "../state";
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

export const surface: Keeper = {
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
};
