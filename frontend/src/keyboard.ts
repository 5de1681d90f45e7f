/** The page by keyboard. Keys that a focused control needs for itself are left to it. */
import { press, stepOnce } from "./actions";
import { backToLive, nudge } from "./run/replay";
import { drawing, help, mode, stored, tab } from "./state";
import { nextTheme } from "./theme";
import { zoomKey } from "./views/camera";
import { layersShown, toggleLayer } from "./views/Layers";
import { clearDropped } from "./views/StageCanvas";
import { lifted, typed } from "./views/strokes";

const KEYS: Record<string, () => void> = {
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
  t: nextTheme,
  "?": () => (help.value = true),
};

export function listen(): void {
  document.addEventListener("keydown", (event) => {
    if (help.value || tab.value !== "lab") return;
    const target = event.target as HTMLElement;
    if (target.closest("input, select, textarea, button, a, summary, [role=slider]") && event.key !== "?")
      return;
    if ((drawing.value && typed(event)) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!drawing.value && zoomKey(event)) return event.preventDefault();
    const layer = layersShown()[Number(event.key) - 1];
    const action = layer
      ? () => toggleLayer(layer)
      : KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
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
