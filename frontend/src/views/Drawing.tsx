/** What one draws with: tools above the stage, the cursor on it, and classes below. */
import { useEffect } from "preact/hooks";
import { stopDrawing } from "../actions/choice";
import { className } from "../drawing/drawn";
import * as drawing from "../drawing/state";
import { drawn } from "../drawing/state";
import { csvOf, isLabelled } from "../drawing/table";
import { DENSITIES, RADII, TOOLS } from "../drawing/tools";
import { chooseByArrows, radio } from "../form/radios";
import { SHOWN_EXTENT } from "../protocol/units";
import { loop } from "../run/loop";
import { type Explanation, explains } from "../words/explaining";
import { DRAWING } from "../words/terms";
import { ClassMark } from "./ClassMark";
import { bringBack, clear, percent, said, takeBack, told } from "./strokes";

const { tool, radius, density, label, names, headings, cursor, count } = drawing;

export function DrawingTools() {
  return (
    <>
      <div class="words" role="radiogroup" aria-label="Tool" onKeyDown={chooseByArrows}>
        {TOOLS.map((name) => (
          <button
            key={name}
            {...radio(tool.value === name)}
            class="word"
            {...explains(DRAWING[name])}
            onClick={() => (tool.value = name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="dials">
        <Dial
          name="Radius"
          explanation={DRAWING.radius}
          value={Math.log(radius.value)}
          low={Math.log(RADII.least)}
          high={Math.log(RADII.most)}
          text={percent(radius.value)}
          set={(value) => drawing.setRadius(Math.exp(value))}
        />
        <Dial
          name="Density"
          explanation={DRAWING.density}
          value={density.value}
          low={DENSITIES.least}
          high={DENSITIES.most}
          text={String(density.value)}
          set={drawing.setDensity}
        />
      </div>
    </>
  );
}

interface DialProps {
  name: string;
  explanation: Explanation;
  value: number;
  low: number;
  high: number;
  text: string;
  set: (value: number) => void;
}

function Dial({ name, explanation, value, low, high, text, set }: DialProps) {
  return (
    <label class="dial small" {...explains(explanation)}>
      <span class="muted">{name}</span>
      <input
        type="range"
        class="slider"
        min={low}
        max={high}
        step={(high - low) / 200}
        value={value}
        aria-valuetext={text}
        style={{ "--share": `${(100 * (value - low)) / (high - low)}%` }}
        onInput={(event) => set(event.currentTarget.valueAsNumber)}
      />
      <span class="mono">{text}</span>
    </label>
  );
}

/** Over the canvas: the circle that the tool reaches, how many points there are, and the keys. */
export function Cursor() {
  useEffect(() => {
    const canvas = document.querySelector<HTMLElement>("canvas.stage");
    canvas?.scrollIntoView({ block: "center" });
    canvas?.focus({ preventScroll: true });
    return loop.add({ every: 0, draw: drawing.hold });
  }, []);
  const share = (position: number) => `${(100 * position) / (2 * SHOWN_EXTENT)}%`;
  const { x, y } = cursor.value;
  return (
    <div class="over-drawing small">
      <span
        class="reach"
        style={{
          left: share(x + SHOWN_EXTENT),
          top: share(SHOWN_EXTENT - y),
          width: share(2 * radius.value),
        }}
      />
      <p class="count-drawn mono">
        {told.value}
        {className(label.value, names.value) !== String(label.value) &&
          ` · ${className(label.value, names.value)}`}
      </p>
      <p class="keys-drawing" id="drawing-keys" data-empty={count.value === 0} data-low={y < 0}>
        Press and drag to draw. Keys: arrows move, space draws, shift + arrow draws along, [&nbsp;] radius, +
        − density, b s e tool, 0–9 class, u undo, r redo, Esc done.
      </p>
      <p class="hidden-visually" role="status">
        {said.value}
      </p>
    </div>
  );
}

export function DrawingChoices() {
  const few = drawing.several.value && !isLabelled(drawn.value);
  return (
    <div class="under drawing-choices small">
      <div class="classes" role="radiogroup" aria-label="Class of what is drawn" onKeyDown={chooseByArrows}>
        {Array.from({ length: drawing.CLASSES }, (_, i) => (
          <button
            key={i}
            {...radio(label.value === i)}
            class="class-choice mono"
            aria-label={`Class ${className(i, names.value)}`}
            {...explains({
              name: `Class ${className(i, names.value)} (${i})`,
              text: few ? "Classes are taken from five points for each." : "What is drawn is of this class.",
            })}
            onClick={() => (label.value = i)}
          >
            <ClassMark label={i} />
            {i}
          </button>
        ))}
      </div>
      <div class="drawing-actions">
        <button type="button" class="link" disabled={!drawing.undoable.value} onClick={takeBack}>
          Undo
        </button>
        <button type="button" class="link" disabled={!drawing.redoable.value} onClick={bringBack}>
          Redo
        </button>
        <button type="button" class="link" disabled={count.value === 0} onClick={clear}>
          Clear
        </button>
        <button
          type="button"
          class="link"
          {...explains(DRAWING.save)}
          disabled={count.value === 0}
          onClick={save}
        >
          Save points
        </button>
        <button type="button" class="link" onClick={done}>
          Done
        </button>
      </div>
    </div>
  );
}

/** The button goes, so the focus goes to the stage. */
function done(): void {
  document.querySelector<HTMLElement>("canvas.stage")?.focus({ preventScroll: true });
  void stopDrawing();
}

function save(): void {
  const address = URL.createObjectURL(
    new Blob([csvOf(drawn.value, names.value, headings.value)], { type: "text/csv" }),
  );
  const link = Object.assign(document.createElement("a"), { href: address, download: "points.csv" });
  link.click();
  URL.revokeObjectURL(address);
}
