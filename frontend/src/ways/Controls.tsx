/** What decides a way: its start, the noise on it, a class, and whether it is a chain or a line. */
import { useRef } from "preact/hooks";
import { chooseByArrows } from "../form/radios";
import type { PlugInConfig } from "../protocol/wire";
import { explains } from "../words/explaining";
import { fixed } from "../words/format";
import { Term } from "../words/Term";
import { WAYS } from "../words/ways";
import { classCalled } from "./called";
import { isOpen } from "./hole";
import { type Choice, change, classes, type From, takeFile } from "./state";

interface ControlsProps {
  chosen: Choice;
  dataset: PlugInConfig | undefined;
}

export function Controls({ chosen, dataset }: ControlsProps) {
  const line = chosen.to !== null;
  return (
    <div class="way-controls small">
      <Starts chosen={chosen} />
      <div class="way-row">
        {chosen.from !== "noise" && <Noise noise={chosen.noise} />}
        {classes.value > 1 && <Classes label={chosen.label} dataset={dataset} />}
        {!line && <Steps steps={chosen.steps} />}
        {!line && (
          <button
            type="button"
            class="link"
            {...explains(WAYS.again)}
            onClick={() => change({ seed: chosen.seed + 1000 })}
          >
            Another seed
          </button>
        )}
        <button
          type="button"
          class="link"
          {...explains(WAYS.line)}
          onClick={() => change({ to: line ? null : chosen.row + 1 })}
        >
          {line ? "Run a chain" : "Line to another image"}
        </button>
        {line && (
          <button type="button" class="link" onClick={() => change({ to: chosen.to! + 1 })}>
            Another end
          </button>
        )}
        {isOpen(chosen.hole) && (
          <button
            type="button"
            class="link"
            onClick={() => change({ hole: { ...chosen.hole, open: chosen.hole.open.map(() => false) } })}
          >
            Close the hole
          </button>
        )}
      </div>
    </div>
  );
}

/** Radio buttons of where the way starts; a file is asked for by the last. */
function Starts({ chosen }: { chosen: Choice }) {
  const input = useRef<HTMLInputElement>(null);
  const names: Record<From, string> = {
    noise: "noise",
    tile: "this tile",
    held_out: "held-out image",
    own: "own image …",
  };
  const choose = (from: From) => {
    if (from === "own" && !chosen.own) return input.current!.click();
    if (from === "held_out" && chosen.from === from) return change({ row: chosen.row + 1 });
    change({ from });
  };
  return (
    <div class="way-row">
      <Term explanation={WAYS.start}>Start</Term>
      <div class="words" role="radiogroup" aria-label="Start of the way" onKeyDown={chooseByArrows}>
        {(Object.keys(names) as From[]).map((from) => (
          <button
            key={from}
            type="button"
            class="word"
            role="radio"
            aria-checked={chosen.from === from}
            onClick={() => choose(from)}
          >
            {names[from]}
          </button>
        ))}
      </div>
      {chosen.from === "held_out" && (
        <button type="button" class="link" onClick={() => change({ row: chosen.row + 1 })}>
          Next
        </button>
      )}
      {chosen.from === "own" && (
        <button type="button" class="link" onClick={() => input.current!.click()}>
          Another file
        </button>
      )}
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-label="An image to start from"
        onChange={(event) => {
          void takeFile(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}

/** Standard deviations that the slider reaches: with more nothing of an image is left. */
const MOST_NOISE = 1.5;

function Noise({ noise }: { noise: number }) {
  return (
    <label class="dial" {...explains(WAYS.noise)}>
      <span class="muted">noise σ</span>
      <input
        type="range"
        class="slider"
        min={0}
        max={MOST_NOISE}
        step={0.05}
        value={noise}
        aria-valuetext={fixed(noise, 2)}
        style={{ "--share": `${(100 * noise) / MOST_NOISE}%` }}
        onInput={(event) => change({ noise: event.currentTarget.valueAsNumber })}
      />
      <output>{fixed(noise, 2)}</output>
    </label>
  );
}

/** As many as one way may have. */
const MOST_STEPS = 20_000;

function Steps({ steps }: { steps: number | null }) {
  return (
    <label class="dial" {...explains(WAYS.steps)}>
      <span class="muted">steps</span>
      <input
        type="number"
        class="choice"
        min={1}
        max={MOST_STEPS}
        placeholder="usual"
        value={steps ?? ""}
        onChange={({ currentTarget: { valueAsNumber: value } }) =>
          change({ steps: value >= 1 ? Math.min(MOST_STEPS, Math.round(value)) : null })
        }
      />
    </label>
  );
}

function Classes({ label, dataset }: { label: number | null; dataset: PlugInConfig | undefined }) {
  return (
    <label class="dial" {...explains(WAYS.label)}>
      <span class="muted">class y</span>
      <select
        class="choice"
        value={label === null ? "" : String(label)}
        onChange={({ currentTarget: { value } }) => change({ label: value === "" ? null : Number(value) })}
      >
        <option value="">any</option>
        {Array.from({ length: classes.value }, (_, i) => (
          <option key={i} value={i}>
            {classCalled(i, dataset)}
          </option>
        ))}
      </select>
    </label>
  );
}
