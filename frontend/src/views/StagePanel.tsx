/** The middle of the page: layers, the canvas, and what is under the pointer. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { PhasesOverlay } from "../phases/Overlay";
import { showsImages } from "../protocol/frame";
import type { Mode } from "../stage";
import {
  camera,
  catalogue,
  draft,
  drawing,
  dropped,
  info,
  metrics,
  mode,
  recordedFrame,
  untrained,
} from "../state";
import { WayPanel } from "../ways/Panel";
import { explains } from "../words/explaining";
import { fixed, located, significant } from "../words/format";
import { filled } from "../words/notes";
import { Told } from "../words/Told";
import { LAB } from "../words/terms";
import { Cursor, DrawingChoices, DrawingTools } from "./Drawing";
import { LayerWords, Modes } from "./Layers";
import { Legend } from "./Legend";
import { LookingInLab } from "./Looking";
import { exactLogZ, sayZ } from "./normalised";
import { clearDropped, dropCloud, droppable, Plane, readout } from "./StageCanvas";
import { StageNotes } from "./StageNotes";
import { Sources, TileReading, Tiles } from "./Tiles";
import { shownFrame } from "./unlearned";

const images = signal(false);

export function StagePanel() {
  return (
    <main id="main" tabIndex={-1} class="centre" aria-label="Stage">
      <div class="stage-column">
        <div class="stage-tools">
          {drawing.value ? <DrawingTools /> : images.value ? <Sources /> : <LayerWords />}
          {!images.value && !drawing.value && <Modes />}
        </div>
        <div class="stage-frame">
          {images.value ? <Tiles /> : <Plane />}
          {drawing.value && !images.value && <Cursor />}
          <PhasesOverlay camera={camera} />
          {!images.value && <LookingInLab />}
          {images.value && <WayPanel run={info.value?.id} />}
          <StageNotes />
        </div>
        {!images.value && <Legend />}
        <Under />
      </div>
      <WatchShape />
    </main>
  );
}

/** Changes from the plane to the tiles when the data are images. */
function WatchShape() {
  const frame = shownFrame.value;
  useEffect(() => {
    if (frame) images.value = showsImages(frame);
  }, [frame]);
  return null;
}

/** Below the stage: the reading under the pointer, or how to read the map. */
function Under() {
  if (drawing.value) return <DrawingChoices />;
  if (images.value) return <TileReading />;
  return (
    <div class="under small">
      <Reading />
      <Noise />
      {dropped.value > 0 && (
        <button type="button" class="link" onClick={clearDropped}>
          Clear dropped chains
        </button>
      )}
    </div>
  );
}

/** What the energy is of, for the methods that blur the data; of images, what is beyond the method. */
function Noise() {
  const method = (untrained.value ? draft.value : info.value?.config)?.method;
  const known = catalogue.value?.methods.find(({ kind }) => kind === method?.kind);
  const note = (images.value && known?.image_note) || (known?.stage_note ?? "");
  const text = method && readout.value === null ? filled(note, method, metrics.value) : null;
  return text && <p class="muted noise">{text}</p>;
}

/** How to read the map in a mode that does not speak for itself. */
const READINGS: Partial<Record<Mode, string>> = {
  energy: "Bright is low energy: likely. Press on the map to drop chains.",
  difference: "Green: more than the truth has. Violet: less.",
  uncertainty: "Where the joint model is unsure of the class. Shapes are the labelled points.",
  softmax: "Where a plain classifier is unsure, trained on the same labelled points.",
};

function Reading() {
  const at = readout.value;
  if (!at) {
    const text =
      untrained.value && !recordedFrame.value
        ? "Data only. Press play, and the landscape forms."
        : mode.value === "density" && !recordedFrame.value
          ? sayZ.value
          : (READINGS[mode.value] ?? "Press on the map to drop chains.");
    return (
      <p class="muted">
        <Told text={text} />{" "}
        {droppable.value && (
          <button type="button" class="link" {...explains(LAB.cloud)} onClick={dropCloud}>
            Drop a cloud
          </button>
        )}
      </p>
    );
  }
  const classifies = mode.value === "uncertainty" || mode.value === "softmax";
  return (
    <p class="mono reading">
      <span>
        x {located(at.x, at.unit[0])}, {located(at.y, at.unit[1])}
      </span>
      <span>E − min {fixed(at.above, 2)}</span>
      {at.unsure && classifies ? (
        <>
          <span>1 − max p(y|x) {fixed(at.unsure.joint, 3)}</span>
          {at.unsure.softmax !== null && <span>softmax {fixed(at.unsure.softmax, 3)}</span>}
        </>
      ) : (
        <>
          <span>
            p {exactLogZ.value === null && "≈ "}
            {significant(at.density, 2)}
          </span>
          <span>
            score {significant(at.score[0], 3)}, {significant(at.score[1], 3)}
          </span>
        </>
      )}
    </p>
  );
}
