/** The page by keyboard. Keys that a focused control needs for itself are left to it. */
import { press, stepOnce } from "./actions/runs";
import { COMPARE_KEYS, compareKey } from "./compare/keys";
import { slowMotion } from "./phases/run";
import { keyOf } from "./phases/state";
import { backToLive, nudge } from "./run/replay";
import { slowStep } from "./samplers/slow";
import { index, look, reseed, seek, toggle } from "./samplers/state";
import { camera, drawing, help, mode, orbit, stored, tab } from "./state";
import { nextTheme } from "./theme";
import { layersShown, toggleLayer, toggleSurface } from "./views/Layers";
import { clearDropped } from "./views/StageCanvas";
import { lifted, typed } from "./views/strokes";
import { close, opened } from "./ways/state";
import { zoomKey } from "./zooming";

type Keys = Record<string, () => void>;

const EVERYWHERE: Keys = {
  t: nextTheme,
  "?": () => (help.value = true),
};
const ON_TAB: Record<typeof tab.value, Keys> = {
  lab: {
    " ": press,
    s: () => void stepOnce(),
    l: () => {
      if (!stored.value) backToLive();
    },
    ArrowLeft: () => nudge(-1),
    ArrowRight: () => nudge(1),
    e: () => (mode.value = "energy"),
    p: () => (mode.value = "density"),
    c: clearDropped,
    d: toggleSurface,
    m: () => void slowMotion(),
  },
  samplers: {
    " ": toggle,
    s: () => seek(index.value + 1),
    n: reseed,
    m: () => void slowStep(),
    Home: () => seek(0),
    ArrowLeft: () => seek(index.value - 1),
    ArrowRight: () => seek(index.value + 1),
  },
  compare: COMPARE_KEYS,
  runs: {},
  sweep: {},
};

/** What a key means where the focus is on nothing that needs it; the layers of the lab have the digits. */
function meaning(key: string): (() => void) | undefined {
  const name = key.length === 1 ? key.toLowerCase() : key;
  const layer = tab.value === "lab" ? layersShown()[Number(key) - 1] : undefined;
  if (layer) return () => toggleLayer(layer);
  return keyOf(name) ?? ON_TAB[tab.value][name] ?? EVERYWHERE[name];
}

export function listen(): void {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    // A dialog that has closed keeps the focus for a while where the page is busy.
    const target = (event.target as HTMLElement).closest("dialog")
      ? document.body
      : (event.target as HTMLElement);
    if (target.closest("input, select, textarea, button, a, summary, [role=slider]") && event.key !== "?")
      return;
    if (tab.value === "lab" && drawing.value && typed(event)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && opened.value) return close();
    if (tab.value === "lab" && !drawing.value && zoomKey(camera, event, orbit.value?.turn))
      return event.preventDefault();
    if (tab.value === "samplers" && zoomKey(look, event)) return event.preventDefault();
    if (tab.value === "compare" && compareKey(event)) return event.preventDefault();
    const action = meaning(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
  document.addEventListener("keyup", lifted);
  // A button that was pressed by pointer gives up the focus, so that space stays play and pause.
  document.addEventListener("click", (event) => {
    const focused = document.activeElement;
    if (event.detail > 0 && focused instanceof HTMLButtonElement) focused.blur();
  });
}
