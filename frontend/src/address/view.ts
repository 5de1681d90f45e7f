/** Where one looks on the stage, in the address: "1.2,-0.4,3" is its middle and the zoom. */
import { HOME } from "../stage";
import { camera } from "../state";
import type { Keeper } from "./here";

const rounded = (value: number) => Number(value.toPrecision(4));

export const view: Keeper = {
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
};
