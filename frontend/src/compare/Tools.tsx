/** Over the stages: which layers and maps all of them show, in which colours, and what the pointer is at. */
import { chooseByArrows, radio } from "../form/radios";
import { HOME, LAYERS, type LayerName, type Mode } from "../stage";
import { explains } from "../words/explaining";
import { significant } from "../words/format";
import { Term } from "../words/Term";
import { LAB, LAYER_TERMS, MODE_TERMS, SURFACE } from "../words/terms";
import { clearDropped } from "./dropping";
import { drawn } from "./Evidence";
import { differFrom, modes, references, toggleSurface } from "./looking";
import {
  camera,
  dropped,
  histories,
  images,
  layers,
  mode,
  onStages,
  orbit,
  planning,
  reference,
  scale,
} from "./state";
import { takeHome } from "./takeHome";
import { COMPARE } from "./terms";

const OWN: LayerName[] = ["generator", "perturbed"];
const WORDS: Partial<Record<Mode, string>> = {
  energy: "−log p(x)",
  density: "p(x)",
  truth: "truth",
  difference: "difference",
};

export function Tools() {
  return (
    <div class="compare-tools">
      {!images.value && <Layers />}
      {!images.value && <Modes />}
      {!images.value && (mode.value === "difference" ? <From /> : <Colours />)}
      {camera.value !== HOME && (
        <p class="small">
          <span class="mono">×{significant(camera.value.zoom, 2)}</span>{" "}
          <button type="button" class="link" onClick={() => (camera.value = HOME)}>
            Whole map
          </button>
        </p>
      )}
      {dropped.value > 0 && (
        <p class="small">
          <Term explanation={COMPARE.dropped}>yours</Term>{" "}
          <button type="button" class="link" onClick={clearDropped}>
            Clear dropped chains
          </button>
        </p>
      )}
      <span class="gap" />
      <button
        type="button"
        class="pill"
        disabled={histories.value.some(({ keyframes }) => keyframes.length === 0)}
        {...explains(LAB.takeHome)}
        onClick={() => takeHome(drawn.value)}
      >
        Export
      </button>
      <button
        type="button"
        class="pill"
        aria-expanded={planning.value}
        {...explains(COMPARE.plan)}
        onClick={() => (planning.value = !planning.value)}
      >
        Members
      </button>
    </div>
  );
}

/** The layers that any of the runs has. */
function layersShown(): LayerName[] {
  const has = (name: LayerName) => onStages.value.includes(name);
  return (Object.keys(LAYERS) as LayerName[]).filter(
    (name) => name !== "marginals" && (!OWN.includes(name) || has(name)),
  );
}

function Layers() {
  return (
    <div class="words" role="group" aria-label="Layers">
      {layersShown().map((name) => (
        <button
          key={name}
          type="button"
          class={`word ${name}-word`}
          aria-pressed={layers.value[name] === true}
          {...explains(LAYER_TERMS[name])}
          onClick={() => (layers.value = { ...layers.value, [name]: !layers.value[name] })}
        >
          {name}
        </button>
      ))}
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

function Modes() {
  return (
    <div class="words" role="radiogroup" onKeyDown={chooseByArrows} aria-label="What the maps show">
      {modes().map((name) => (
        <button
          key={name}
          {...radio(mode.value === name)}
          class="word"
          {...explains(name === "difference" ? COMPARE.difference : MODE_TERMS[name])}
          onClick={() => (name === "difference" ? differFrom(references()[0]!) : (mode.value = name))}
        >
          {WORDS[name]}
        </button>
      ))}
    </div>
  );
}

/** What the difference is from. */
function From() {
  return (
    <div class="words" role="radiogroup" onKeyDown={chooseByArrows} aria-label="Difference from">
      <span class="small muted">from</span>
      {references().map((name) => (
        <button
          key={name}
          {...radio(reference.value === name)}
          class="word"
          {...explains(COMPARE.difference)}
          onClick={() => differFrom(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** One scale for all, or each its own. */
function Colours() {
  if (mode.value === "truth") return null;
  return (
    <div class="words" role="radiogroup" onKeyDown={chooseByArrows} aria-label="Colours">
      <span class="small muted">
        <Term explanation={COMPARE.scale}>colours</Term>
      </span>
      {(["common", "own"] as const).map((kind) => (
        <button
          key={kind}
          {...radio(scale.value === kind)}
          class="word"
          {...explains(COMPARE.scale)}
          onClick={() => (scale.value = kind)}
        >
          {kind === "common" ? "one scale" : "each its own"}
        </button>
      ))}
    </div>
  );
}
