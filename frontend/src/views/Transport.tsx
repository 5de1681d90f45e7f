/** Reset, play or pause, step, speed, the counter and the badge. */
import { computed } from "@preact/signals";
import { press, reset, setSpeed, stepOnce } from "../actions/runs";
import * as Icons from "../Icons";
import { SlowButton } from "../phases/Control";
import { slowMotion } from "../phases/run";
import {
  active,
  asking,
  badge,
  composing,
  draft,
  info,
  nameOf,
  nameOfChoice,
  primary,
  step,
  stored,
  untrained,
} from "../state";
import { type Explanation, explains } from "../words/explaining";
import { counter, rate } from "../words/format";
import { SLOW } from "../words/phases";
import { Term } from "../words/Term";
import { BADGES, LAB } from "../words/terms";
import { pressing, sayPressing } from "./pressing";

/** Limits of updates a second that the menu offers; null is as fast as it goes. */
const SPEEDS: (number | null)[] = [null, 100, 20, 5, 1];

export function Transport() {
  return (
    <div class="transport" role="group" aria-label="Transport">
      <button
        type="button"
        class="round"
        onClick={reset}
        aria-label="Reset to the untrained model"
        {...explains(LAB.reset)}
      >
        <Icons.Reset />
      </button>
      <PlayButton />
      <StepButton />
      <SlowButton disabled={!steppable.value} explanation={SLOW.control} begin={() => void slowMotion()} />
      <SpeedMenu />
      <div class="readings">
        <p class="counter">
          <span class="muted small">update</span> <Count />
        </p>
        <BadgeLabel />
      </div>
    </div>
  );
}

function PlayButton() {
  const action = primary.value;
  const busy =
    asking.value === "start" || asking.value === "pause" || asking.value === "resume" || action === "cancel";
  const told = pressing.value;
  return (
    <>
      <button
        type="button"
        class="play"
        data-busy={busy}
        aria-label={sayPressing(told)}
        {...explains({ name: `${told.verb} (space)`, text: told.detail || "The space bar does the same." })}
        disabled={!draft.value}
        onClick={press}
      >
        {action === "pause" ? (
          <Icons.Pause size={24} />
        ) : action === "cancel" ? (
          <Icons.Stop size={22} />
        ) : (
          <Icons.Play size={24} />
        )}
      </button>
      <p class="pressing small" aria-hidden="true">
        <b>{told.verb}</b> {told.detail && <span class="muted">{told.detail}</span>}
      </p>
    </>
  );
}

/** Single updates can be made of the run on the stage. */
const steppable = computed(() => {
  const state = info.value?.state;
  const shown = !stored.value && !untrained.value && !composing.value;
  return shown && (state === "running" || state === "paused");
});

function StepButton() {
  return (
    <button
      type="button"
      class="round"
      disabled={!steppable.value}
      onClick={() => void stepOnce()}
      aria-label="One update"
      {...explains(LAB.step)}
    >
      <Icons.Step />
    </button>
  );
}

function SpeedMenu() {
  const speed = info.value?.speed ?? null;
  const known = SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed];
  return (
    <label class="speed" {...explains(LAB.speed)}>
      <span class="hidden-visually">Speed limit</span>
      <select
        disabled={!active.value}
        value={String(speed)}
        onChange={(event) =>
          void setSpeed(event.currentTarget.value === "null" ? null : Number(event.currentTarget.value))
        }
      >
        {known.map((limit) => (
          <option key={String(limit)} value={String(limit)}>
            {limit === null ? "full speed" : `${rate(limit)} / s`}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Counts faster than anything else on the page is drawn. */
function Count() {
  const now = untrained.value ? 0 : step.value;
  return <span class="mono count">{counter(now)}</span>;
}

/** A state is that of the run on the stage, or of the choice that is shown in its place. */
export const stateTold = computed<Explanation>(() => {
  const told = BADGES[badge.value];
  const run = info.value?.config;
  const name = `${told.name}: ${untrained.value ? nameOfChoice.value : nameOf(run)}`;
  if (!composing.value || stored.value || !active.value) return { ...told, name };
  const text = untrained.value
    ? `This choice is not trained yet. ${nameOf(run)} goes on meanwhile.`
    : `${told.text} Your choice, ${nameOfChoice.value}, is not trained yet.`;
  return { ...told, name, text };
});

function BadgeLabel() {
  const name = badge.value;
  return (
    <Term explanation={stateTold.value} class="badge" state={name}>
      {name}
    </Term>
  );
}
