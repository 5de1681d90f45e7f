/** The transport of a comparison: play or pause all, one update of each, and the time on the clock. */
import * as Icons from "../Icons";
import { titleOf } from "../state";
import { explains } from "../words/explaining";
import { count } from "../words/format";
import { Term } from "../words/Term";
import type { Clock } from "./clock";
import { backToLive, type Press, press, pressNow, stepOnce } from "./player";
import { clock, going, histories, members, position, time } from "./state";
import { CLOCK_TERMS, COMPARE } from "./terms";

/** "Pinwheel · 3 runs". */
export function ComparisonName() {
  const [first] = histories.value;
  if (!first) return null;
  const name = `${titleOf(first.info.config.dataset.kind)} · ${members.value.length} runs`;
  return (
    <p class="small muted run-name">
      <Term explanation={{ ...COMPARE.follows, name }}>{name}</Term>
    </p>
  );
}

const VERBS: Record<Press, { verb: string; detail: string }> = {
  pause: { verb: "Pause all", detail: "Every run that goes on stops before its next update." },
  resume: { verb: "Go on", detail: "Every paused run goes on." },
  cancel: { verb: "Cancel", detail: "None has started yet; the queue forgets them." },
  hold: { verb: "Hold", detail: "The replay stops at this time." },
  roll: { verb: "Replay", detail: "All runs are seen again, on one clock." },
};

export function CompareTransport() {
  const none = members.value.length === 0;
  const what = pressNow();
  const { verb, detail } = VERBS[what];
  return (
    <div class="transport" role="group" aria-label="Transport">
      <button
        type="button"
        class="play"
        disabled={none}
        aria-label={verb}
        {...explains({ name: `${verb} (space)`, text: detail })}
        onClick={press}
      >
        {what === "cancel" ? (
          <Icons.Stop size={22} />
        ) : what === "pause" || what === "hold" ? (
          <Icons.Pause size={24} />
        ) : (
          <Icons.Play size={24} />
        )}
      </button>
      <p class="pressing small" aria-hidden="true">
        <b>{none ? "" : verb}</b> <span class="muted">{none ? "" : detail}</span>
      </p>
      <button
        type="button"
        class="round"
        disabled={none || (position.value === null && !going.value)}
        onClick={stepOnce}
        aria-label="One update of each"
        {...explains({
          name: "Step (s)",
          text: "One update of each paused run; in the past, to the next moment that any of them keeps.",
        })}
      >
        <Icons.Step />
      </button>
      <div class="readings">
        <p class="counter">
          <span class="mono count">{none ? "—" : onClock(clock.value, time.value)}</span>
          <span class="muted small">{CLOCK_TERMS[clock.value].unit || CLOCK_TERMS[clock.value].word}</span>
        </p>
        {position.value !== null && (
          <button type="button" class="link" onClick={backToLive}>
            {going.value ? "Back to live" : "To the end"}
          </button>
        )}
      </div>
    </div>
  );
}

/** A time as the clock writes it. */
export const onClock = (kind: Clock, at: number) => (kind === "seconds" ? at.toFixed(1) : count(at));
