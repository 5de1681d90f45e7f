/** The samplers' transport: from the start, play, one moment on, speed, other chains, and the step shown. */

import * as Icons from "../Icons";
import { SlowButton } from "../phases/Control";
import { nameOfRun } from "../run/named";
import { runs, titleOf } from "../state";
import { explains } from "../words/explaining";
import { count, counter } from "../words/format";
import { SLOW } from "../words/phases";
import { Term } from "../words/Term";
import { SAMPLING, SAMPLING_BADGES } from "../words/terms";
import { slowStep } from "./slow";
import {
  again,
  at,
  busy,
  choice,
  current,
  index,
  loops,
  momentOf,
  playing,
  refused,
  reseed,
  sampled,
  seek,
  speed,
  step,
  toggle,
} from "./state";

const SPEEDS = [0.25, 0.5, 1, 2, 4];

/** "Gaussian mixture · MALA". */
export function SamplingName() {
  const chosen = choice.value;
  if (!chosen) return null;
  const wanted = chosen.energy;
  const run = "run" in wanted ? runs.value?.find(({ id }) => id === wanted.run) : undefined;
  const energy = "formula" in wanted ? titleOf(wanted.formula.kind) : run ? nameOfRun(run) : "";
  const moment = momentOf.value === null ? [] : [`update ${count(momentOf.value)}`];
  const name = [energy, ...moment, titleOf(chosen.sampler.kind)].join(" · ");
  return (
    <p class="small muted run-name">
      <Term explanation={{ ...SAMPLING.onStage, name }}>{name}</Term>
    </p>
  );
}

export function SamplersTransport() {
  const none = sampled.value === null;
  return (
    <div class="transport" role="group" aria-label="Transport">
      <button
        type="button"
        class="round"
        disabled={none}
        onClick={() => seek(0)}
        aria-label="Back to the start"
        {...explains(SAMPLING.reset)}
      >
        <Icons.Reset />
      </button>
      <PlayButton />
      <button
        type="button"
        class="round"
        disabled={none}
        onClick={() => seek(index.value + 1)}
        aria-label="One moment on"
        {...explains(SAMPLING.on)}
      >
        <Icons.Step />
      </button>
      <SlowButton disabled={current.value === null} explanation={SLOW.step} begin={() => void slowStep()} />
      <label class="speed" {...explains(SAMPLING.speed)}>
        <span class="hidden-visually">Speed</span>
        <select
          value={String(speed.value)}
          onChange={(event) => (speed.value = Number(event.currentTarget.value))}
        >
          {SPEEDS.map((one) => (
            <option key={one} value={String(one)}>
              {one}×
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="pill"
        disabled={!choice.value}
        onClick={reseed}
        {...explains(SAMPLING.again)}
      >
        Sample again
      </button>
      <div class="readings">
        <p class="counter">
          <span class="muted small">step</span> <span class="mono count">{counter(step.value)}</span>
        </p>
        <State />
      </div>
    </div>
  );
}

function PlayButton() {
  const none = sampled.value === null;
  const label = none ? "Sample" : playing.value ? "Pause" : "Play the chains";
  return (
    <button
      type="button"
      class="play"
      data-busy={busy.value}
      aria-label={label}
      {...explains({ ...SAMPLING.play, name: `${label} (space)` })}
      disabled={!choice.value}
      onClick={none ? again : toggle}
    >
      {playing.value && !none ? <Icons.Pause size={24} /> : <Icons.Play size={24} />}
    </button>
  );
}

function State() {
  const [name, text] = busy.value
    ? (["STARTING", "sampling"] as const)
    : refused.value
      ? (["FAILED", "refused"] as const)
      : playing.value && sampled.value
        ? (["REPLAY", "replay"] as const)
        : (["PAUSED", "paused"] as const);
  return (
    <Term explanation={SAMPLING_BADGES[name]} class="badge" state={name}>
      {text}
    </Term>
  );
}

/** Where the replay stands among the kept moments. */
export function Scrubber() {
  const known = sampled.value;
  const last = (known?.kept ?? 1) - 1;
  const share = last ? (100 * index.value) / last : 0;
  return (
    <section class="timeline" aria-label="Time">
      <p class="small muted mono pace">
        {known && (
          <>
            <span>{known.chains} chains</span>
            <span>every {known.figures.thinning === 1 ? "step" : `${known.figures.thinning} steps`}</span>
          </>
        )}
      </p>
      <i />
      <input
        type="range"
        class="slider scrubber"
        min={0}
        max={Math.max(last, 1)}
        value={Math.min(at.value, last)}
        disabled={!known}
        style={{ "--share": `${share}%` }}
        aria-label="Moment"
        aria-valuetext={`step ${step.value}`}
        onInput={(event) => seek(Number(event.currentTarget.value))}
      />
      <label class="small muted loops">
        <input
          type="checkbox"
          class="switch"
          checked={loops.value}
          onChange={(event) => (loops.value = event.currentTarget.checked)}
        />
        loop
      </label>
    </section>
  );
}
