/** The overlay with the keys and how to read the page. */
import { useEffect, useRef } from "preact/hooks";
import * as Icons from "../Icons";
import { help } from "../state";
import { mappedBy } from "./camera";

const KEYS: [string, string][] = [
  ["space", "play or pause"],
  ["s", "one update; on Samplers one moment"],
  ["s, ← →, L", "on Compare: one update of each, a moment before and after, back to live"],
  ["m", "slow motion: one update, or one step, in phases; ← → go through them, Esc leaves"],
  ["n", "on Samplers: other chains, of the next seed"],
  ["L", "back to the newest moment"],
  ["← →", "keyframe or moment before and after; in a group of choices the one before and after"],
  ["↑ ↓", "in a number: more, less; with shift ten times as much"],
  [
    "Enter",
    "on the stage: a cloud of chains starts in the middle; on Compare the cross-hair, then the cloud",
  ],
  ["shift", "with a press on the stage: a cloud starts there; a drag starts a line of chains"],
  ["1 … 8", "layers of the stage, in their order"],
  ["e, p", "show energy, show density"],
  ["d", "surface in 3D, or map"],
  ["c", "clear dropped chains"],
  ["enter", "on a tile: its way from noise"],
  ["+ − 0", "closer, farther, the whole map; the wheel and two fingers do it too"],
  ["← → ↑ ↓", "on the surface, when the stage has the focus: turn it"],
  ["shift ← → ↑ ↓", "look beside; so does a drag with Alt"],
  ["b s e, u r, 0 … 9", "on a drawing: brush, spray, eraser; undo, redo; class"],
  ["t", "dark, light or the system's colours"],
  ["?", "this help"],
];

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = help.value;
  useEffect(() => {
    const element = dialog.current!;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the box closes it; for keys a dialog has Escape.
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={() => (help.value = false)}
      onClick={(event) => {
        if (event.target === dialog.current) help.value = false;
      }}
    >
      <div class="help-body">
        <div class="heading">
          <h2 id="help-title">How to read and drive this page</h2>
          <button type="button" class="quiet" aria-label="Close" onClick={() => (help.value = false)}>
            <Icons.Close />
          </button>
        </div>
        <p>
          An energy-based model is a landscape E(x): where the energy is low, it expects data, p(x) =
          exp(−E(x)) / Z. Training pushes the energy down at <span class="data-color">data</span> and up at
          samples of the model, drawn by <span class="chains-color">chains</span> that move on the landscape.
          When both energies agree, the model is right.
        </p>
        <p>
          Pick a distribution and a method, press play. Settings with a dot act at once while it trains, and
          leave a numbered mark on the time line. What stands on the page explains itself, words with dots
          under them too: point at it, tap it, or reach it with the tab key; Escape closes that. Click on the
          stage to drop chains, or drag for a line of them; they run down the landscape that is shown, of a
          past moment too, and the same starts take the same paths again.
        </p>
        <dl class="keys">
          {KEYS.map(([key, meaning]) => (
            <div key={key}>
              <dt class="mono">{key}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <p class="small muted">Maps of a run that goes on are made by {mappedBy.value}.</p>
      </div>
    </dialog>
  );
}
