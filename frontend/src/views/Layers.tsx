/** The coloured words that switch the layers of the stage, and those that choose what its map shows. */
import { signal } from "@preact/signals";
import { chooseByArrows, radio } from "../form/radios";
import { LAYERS, type LayerName, type Mode } from "../stage";
import { layers, mode } from "../state";
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

/** The layers that exist now, in the order of their keys. */
export function layersShown(): LayerName[] {
  const has = shownFrame.value?.arrays.generator !== undefined;
  return (Object.keys(LAYERS) as LayerName[]).filter((name) => name !== "generator" || has);
}

export function LayerWords() {
  return (
    <div class="words" role="group" aria-label="Layers">
      {layersShown().map((name, i) => (
        <button
          key={name}
          type="button"
          class={`word ${name}-word`}
          aria-pressed={layers.value[name]}
          title={`${layers.value[name] ? "Hide" : "Show"} ${name} (${i + 1})`}
          onClick={() => toggleLayer(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

export function toggleLayer(name: LayerName): void {
  layers.value = { ...layers.value, [name]: !layers.value[name] };
}

/** Words that come with some data or methods stand first, so that the others stay in their places. */
const MODES: { name: Mode; word: string; title: string }[] = [
  { name: "uncertainty", word: "unsure", title: "Where the joint model's classifier is unsure of the class" },
  {
    name: "softmax",
    word: "softmax",
    title: "Where a plain softmax classifier with the same labels is unsure",
  },
  { name: "energy", word: "E(x)", title: "Energy: low is bright, low is probable" },
  { name: "density", word: "p(x)", title: "Density exp(−E) / Z" },
  { name: "truth", word: "truth", title: "The true density" },
  { name: "difference", word: "difference", title: "Learned minus true density" },
];

/** Modes whose words keep their room before they are known. */
const AWAITED: Mode[] = ["truth", "difference"];

export function Modes() {
  return (
    <div class="words modes" role="radiogroup" onKeyDown={chooseByArrows} aria-label="What the map shows">
      {MODES.filter(({ name }) => available.value[name] || AWAITED.includes(name)).map(
        ({ name, word, title }, i) => (
          <button
            key={name}
            {...radio(mode.value === name, i === 0 && !available.value[mode.value])}
            class="word"
            title={title}
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
