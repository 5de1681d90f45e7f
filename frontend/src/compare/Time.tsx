/** The one clock at the bottom: in which unit, a scrubber over all runs, and whom it follows. */
import { chooseByArrows, radio } from "../form/radios";
import { cores } from "../state";
import { explains } from "../words/explaining";
import { Term } from "../words/Term";
import { CLOCKS, goesOn, tells } from "./clock";
import { scrub, slowest } from "./player";
import { chooseClock, clock, end, histories, letterOf, members, newest, time } from "./state";
import { onClock } from "./Transport";
import { CLOCK_TERMS, COMPARE } from "./terms";

/** Places that the scrubber has. */
const PLACES = 1000;

export function Time() {
  if (members.value.length === 0) return null;
  const [kind, now, last] = [clock.value, time.value, end.value];
  const reach = Math.round((PLACES * newest.value) / last);
  return (
    <section class="compare-time" aria-label="Time">
      <Clocks />
      <div class="compare-track">
        <input
          type="range"
          class="slider"
          style={{ "--share": `${Math.min(100, reach / 10)}%` }}
          aria-label="Time of all runs"
          aria-valuetext={`${onClock(kind, now)} ${CLOCK_TERMS[kind].word}`}
          min={0}
          max={PLACES}
          step={1}
          value={Math.round((PLACES * now) / last)}
          onInput={(event) => {
            const at = Number(event.currentTarget.value);
            scrub(at >= reach ? Number.POSITIVE_INFINITY : (at / PLACES) * last);
          }}
        />
      </div>
      <p class="small mono muted compare-end">
        of {onClock(kind, last)} {CLOCK_TERMS[kind].unit}
      </p>
      <Told />
    </section>
  );
}

function Clocks() {
  return (
    <div class="words" role="radiogroup" aria-label="Clock" onKeyDown={chooseByArrows}>
      {CLOCKS.map((kind) => {
        const silent = histories.value.findIndex((run) => !tells(kind, run));
        return (
          <button
            key={kind}
            {...radio(clock.value === kind)}
            class="word"
            disabled={silent >= 0}
            {...explains(
              silent >= 0
                ? { ...COMPARE.evaluations, text: `Run ${letterOf(silent)}: ${COMPARE.evaluations.text}` }
                : CLOCK_TERMS[kind],
            )}
            onClick={() => chooseClock(kind)}
          >
            {CLOCK_TERMS[kind].word}
          </button>
        );
      })}
    </div>
  );
}

/** Whom the clock follows, and what its seconds are where runs share cores. */
function Told() {
  const behind = slowest();
  const runs = members.value.flatMap(({ history, repeats }) => [history, ...repeats]).filter(goesOn).length;
  const begun = histories.value.some(({ info }) => info.state !== "queued");
  const crowded = begun && clock.value === "seconds" && cores.value !== null && cores.value < runs;
  return (
    <p class="small muted compare-told">
      {begun && behind !== null && (
        <Term explanation={COMPARE.follows}>follows {letterOf(behind)}, the slowest</Term>
      )}
      {crowded && (
        <Term explanation={COMPARE.ownSeconds}>
          {runs} runs on {cores.value} {cores.value === 1 ? "core" : "cores"}: seconds are each run’s own
        </Term>
      )}
    </p>
  );
}
