/** A comparison by keyboard. */
import { zoomKey } from "../zooming";
import { clearDropped } from "./dropping";
import { toggleSurface } from "./looking";
import { backToLive, nudge, press, stepOnce } from "./player";
import { camera, members, mode, orbit } from "./state";

export const COMPARE_KEYS: Record<string, () => void> = {
  " ": press,
  s: stepOnce,
  l: backToLive,
  ArrowLeft: () => nudge(-1),
  ArrowRight: () => nudge(1),
  e: () => (mode.value = "energy"),
  p: () => (mode.value = "density"),
  d: toggleSurface,
  c: clearDropped,
};

/** Does what a key asks of the view of all stages; tells whether it is such a key. */
export function compareKey(event: KeyboardEvent): boolean {
  return members.value.length > 0 && zoomKey(camera, event, orbit.value?.turn);
}
