/** The coloured words that switch the layers of the stage, and those that choose what its map shows. */
import { signal } from "@preact/signals";
import { chooseByArrows, radio } from "../form/radios";
import { FRONT, LAYERS, type LayerName, type Mode } from "../stage";
import { layers, mode, orbit, shownLayers, usesChains } from "../state";
import { type Explanation, explains } from "../words/explaining";
import { CHAINS_FOR_LOOKING, LAYER_TERMS, MODE_TERMS, SURFACE } from "../words/terms";
import { shownFrame } from "./unlearned";

/** Modes that the stage knows enough for; the canvas tells. */
export const available = signal<Record<Mode, boolean>>({
  energy: true,
  density: true,
  truth: false,
  difference: false,
  uncertainty: false,
  softmax: false,
});

/** Layers of methods that have something of their own to show. */
const OWN: LayerName[] = ["generator", "perturbed"];

/** The layers that exist now, in the order of their keys. */
export function layersShown(): LayerName[] {
  const arrays = shownFrame.value?.arrays ?? {};
  return (Object.keys(LAYERS) as LayerName[]).filter((name) => !OWN.includes(name) || name in arrays);
}

export function LayerWords() {
  return (
    <div class="words" role="group" aria-label="Layers">
      {layersShown().map(
        (name, i) => name !== "marginals" && <LayerWord key={name} name={name} at={i + 1} />,
      )}
    </div>
  );
}

/** Below the stage, since the row of layers is full: what stands at its edges. */
export function Views() {
  return (
    <div class="words views-of-stage" role="group" aria-label="Views of the stage">
      <LayerWord name="marginals" at={layersShown().length} />
      <button
        type="button"
        class="word"
        aria-pressed={orbit.value !== null}
        {...explains(SURFACE)}
        onClick={toggleSurface}
      >
        3D
      </button>
    </div>
  );
}

export function toggleSurface(): void {
  orbit.value = orbit.value ? null : FRONT;
}

function LayerWord({ name, at }: { name: LayerName; at: number }) {
  return (
    <button
      type="button"
      class={`word ${name}-word`}
      aria-pressed={shownLayers.value[name]}
      {...explains(layerTerm(name, at))}
      onClick={() => toggleLayer(name)}
    >
      {name}
    </button>
  );
}

/** What a layer is, and its key. */
function layerTerm(name: LayerName, key: number): Explanation {
  const term = name === "chains" && !usesChains.value ? CHAINS_FOR_LOOKING : LAYER_TERMS[name];
  return { ...term, name: `${term.name} (${key})` };
}

export function toggleLayer(name: LayerName): void {
  layers.value = { ...layers.value, [name]: !shownLayers.value[name] };
}

/** Words that come with some data or methods stand first, so that the others stay in their places. */
const MODES: { name: Mode; word: string }[] = [
  { name: "uncertainty", word: "unsure" },
  { name: "softmax", word: "softmax" },
  { name: "energy", word: "E(x)" },
  { name: "density", word: "p(x)" },
  { name: "truth", word: "truth" },
  { name: "difference", word: "difference" },
];

/** Modes whose words keep their room before they are known. */
const AWAITED: Mode[] = ["truth", "difference"];

export function Modes() {
  return (
    <div class="words modes" role="radiogroup" onKeyDown={chooseByArrows} aria-label="What the map shows">
      {MODES.filter(({ name }) => available.value[name] || AWAITED.includes(name)).map(
        ({ name, word }, i) => (
          <button
            key={name}
            {...radio(mode.value === name, i === 0 && !available.value[mode.value])}
            class="word"
            {...explains(MODE_TERMS[name])}
            disabled={!available.value[name]}
            style={{ visibility: available.value[name] ? "visible" : "hidden" }}
            onClick={() => (mode.value = name)}
          >
            {word}
          </button>
        ),
      )}
    </div>
  );
}
