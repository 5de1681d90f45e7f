/** Time at the bottom: a scrubber over the whole run, numbered marks where something was changed, back to live. */
import { computed, signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { branch } from "../actions/runs";
import * as Icons from "../Icons";
import { endOfTime, newestStep } from "../run/history";
import { backToLive, keyframeAt, nudge, roll } from "../run/replay";
import { scrub } from "../run/scrub";
import {
  active,
  history,
  info,
  kept,
  marks,
  metrics,
  moment,
  pace,
  rolling,
  step,
  stored,
  untrained,
} from "../state";
import { explains } from "../words/explaining";
import { bestBy } from "../words/fit";
import { count, counter, duration, rate } from "../words/format";
import { Term } from "../words/Term";
import { LAB, TIME_MARKS } from "../words/terms";
import { MarkButton } from "./Marks";
import { takeHome } from "./takeHome";

export function Timeline() {
  return (
    <section class="timeline" aria-label="Time">
      <Pace />
      <RollButton />
      <Scrubber />
      <End />
    </section>
  );
}

/** Seconds of training until the moment on the stage. */
const trainedFor = computed(() => {
  const at = moment.value;
  const kept = at === null ? null : history.value?.keyframes.find(({ step }) => step === at);
  return kept?.seconds ?? info.value?.seconds ?? 0;
});

function Pace() {
  const { updates, frames, lag } = pace.value;
  if (stored.value || untrained.value) {
    return <p class="pace small muted">{untrained.value ? "not started" : "stored run"}</p>;
  }
  if (info.value?.state !== "running")
    return (
      <p class="pace small muted mono">
        <Term explanation={LAB.seconds}>{duration(trainedFor.value)} trained</Term>
      </p>
    );
  return (
    <p class="pace small mono muted">
      <Term explanation={LAB.pace}>{rate(updates)} updates/s</Term>
      <Term explanation={LAB.frames}>
        {rate(frames)} fps · {Math.round(lag)} ms
      </Term>
    </p>
  );
}

/** Lets the run be seen again from the moment shown. */
function RollButton() {
  const few = (history.value?.keyframes.length ?? 0) < 2;
  const label = rolling.value ? "Hold the replay" : "Replay from the start or the moment shown";
  return (
    <button
      type="button"
      class="round small-round"
      disabled={few || untrained.value}
      aria-label={label}
      {...explains({ ...LAB.roll, name: label })}
      onClick={() => (rolling.value ? (rolling.value = false) : roll())}
    >
      {rolling.value ? <Icons.Pause size={12} /> : <Icons.Play size={12} />}
    </button>
  );
}

/** Pixels that a press on a mark moves before it is a drag of the moment. */
const DRAG = 4;
/** Where the pointer is on the track, as a step. */
const hovered = signal<number | null>(null);

function Scrubber() {
  const track = useRef<HTMLDivElement>(null);
  /** Where a mark was pressed: a click opens it, a drag moves on from it. */
  const pressed = useRef<number | null>(null);
  const known = history.value;
  if (!known || untrained.value) return <div class="track-box" />;
  const newest = newestStep(known);
  const end = endOfTime(known);
  const here =
    moment.value === null
      ? Math.min(step.value, end)
      : rolling.value
        ? Math.min(step.value, end)
        : moment.value;
  const share = (at: number) => `${(100 * Math.min(at, end)) / end}%`;
  const usable = known.keyframes.length > 0;
  const stepAt = (event: PointerEvent) => {
    const box = track.current!.getBoundingClientRect();
    return Math.round(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * end);
  };
  /** The moment that a press there shows. */
  const shown = (at: number) =>
    at >= newest && !stored.value ? newest : known.keyframes[keyframeAt(known.keyframes, at)]!.step;
  const to = (event: PointerEvent) => {
    const at = stepAt(event);
    if (!stored.value && at >= newest) backToLive();
    else scrub(at);
  };
  return (
    <div
      class="track-box"
      data-usable={usable}
      onPointerDown={(event) => {
        const on = event.target as HTMLElement;
        pressed.current = null;
        if (!usable || on.closest(".mark-note")) return;
        if (on.closest(".mark, .track-kept")) {
          pressed.current = event.clientX;
          return;
        }
        event.currentTarget.setPointerCapture(event.pointerId);
        to(event);
      }}
      onPointerMove={(event) => {
        hovered.value = stepAt(event);
        const from = pressed.current;
        if (from !== null && event.buttons > 0 && Math.abs(event.clientX - from) > DRAG) {
          pressed.current = null;
          event.currentTarget.setPointerCapture(event.pointerId);
        }
        if (event.currentTarget.hasPointerCapture(event.pointerId)) to(event);
      }}
      onPointerUp={() => (pressed.current = null)}
      onPointerLeave={() => (hovered.value = null)}
    >
      <div
        class="track-slider"
        role="slider"
        tabIndex={0}
        aria-label="Moment of the run"
        aria-disabled={!usable}
        aria-valuemin={0}
        aria-valuemax={end}
        aria-valuenow={here}
        aria-valuetext={`update ${count(here)} of ${count(end)}${moment.value === null ? ", newest" : ""}`}
        onKeyDown={(event) => {
          if (event.key === "ArrowLeft") nudge(-1);
          else if (event.key === "ArrowRight") nudge(1);
          else if (event.key === "Home") scrub(0);
          else if (event.key === "End") backToLive();
          else return;
          event.preventDefault();
        }}
      />
      <div class="track" ref={track}>
        <i class="track-done" style={{ width: share(newest) }} />
        <i class="track-head" data-replay={moment.value !== null} style={{ left: share(here) }} />
        {usable && hovered.value !== null && (
          <i class="track-hover mono" style={{ left: share(hovered.value) }}>
            {counter(shown(hovered.value))}
          </i>
        )}
        {kept.value && <Kept left={share(kept.value.step)} />}
        {marks.value.map((mark) => (
          <MarkButton key={mark.number} mark={mark} at={mark.step / end} where="time" />
        ))}
      </div>
    </div>
  );
}

/** The moment that the run keeps. */
function Kept({ left }: { left: string }) {
  const { step: at, shown } = kept.value!;
  const words = `Update ${count(at)}${shown ? " is kept" : " is kept so far"}: ${bestBy(metrics.value)}`;
  return (
    <button
      type="button"
      class="term track-kept"
      style={{ left }}
      aria-label={words}
      aria-expanded={false}
      {...explains({ ...TIME_MARKS.kept, text: `${words}. ${TIME_MARKS.kept.text}` })}
    />
  );
}

function End() {
  const run = info.value;
  if (untrained.value || !run) return <p class="track-end" />;
  const replay = moment.value !== null && !stored.value;
  const horizon = run.horizon;
  return (
    <p class="track-end small muted">
      <button
        type="button"
        class="link"
        disabled={history.value?.keyframes.length === 0}
        onClick={takeHome}
        {...explains(LAB.takeHome)}
      >
        Export
      </button>
      {replay ? (
        <>
          <button
            type="button"
            class="link"
            onClick={() => void branch(run.id, moment.value!)}
            {...explains(LAB.branch)}
          >
            Branch
          </button>
          <button type="button" class="pill" onClick={backToLive} {...explains(LAB.live)}>
            {active.value ? "Back to live" : "To the end"}
          </button>
        </>
      ) : (
        horizon !== null && <span class="mono">of {count(horizon)}</span>
      )}
    </p>
  );
}
