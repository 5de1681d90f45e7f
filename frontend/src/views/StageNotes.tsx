/** What is said over the lower edge of the stage: the invitation, faults, a failed run, a lost connection. */
import { computed, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { press, resumeWith } from "../actions/runs";
import type { Json, RunConfig } from "../protocol/wire";
import { connection } from "../run/following";
import { missingPlugIn, plugInNote } from "../run/plugins";
import { lostWords, reach } from "../run/reach";
import { waitsFor } from "../run/waiting";
import {
  active,
  asking,
  catalogue,
  catalogueFault,
  draft,
  drawing,
  fields,
  history,
  info,
  link,
  nameOfChoice,
  notice,
  recordedFrame,
  stored,
  untrained,
} from "../state";
import { explains } from "../words/explaining";
import { count, sentence } from "../words/format";
import { inWordsOf } from "../words/settings";
import { pressing } from "./pressing";

/** Milliseconds of waiting that need no words. */
const PATIENCE = 1500;

export function StageNotes() {
  return (
    <div class="notes">
      <Message />
      <Lost />
      <Gone />
      <PlugIns />
      <Failed />
      <Stopped />
      <Long />
      <Asleep />
      <Waiting />
      <Invitation />
    </div>
  );
}

/** What is said: on a narrow page one line, which opens where it is pressed. */
function Line({ children }: { children: ComponentChildren }) {
  // biome-ignore lint/a11y/noNoninteractiveTabindex: the rest of a line that is cut can be reached
  return <p tabIndex={0}>{children}</p>;
}

function Message() {
  const said = notice.value;
  const over = said?.over?.() ?? false;
  useEffect(() => {
    if (over) notice.value = null;
  }, [over]);
  if (!said || over) return null;
  return (
    <div class="note" data-tone={said.tone} role={said.tone === "fault" ? "alert" : "status"}>
      <div class="lines">
        {said.text.split("\n").map((line) => (
          <Line key={line}>{line}</Line>
        ))}
      </div>
      <button type="button" class="link" onClick={() => (notice.value = null)}>
        Dismiss
      </button>
    </div>
  );
}

/** What is known while the socket is lost, and when it is tried again. */
function Lost() {
  const now = useSignal(Date.now());
  const state = link.value;
  const lost = state.state === "lost";
  useEffect(() => {
    if (!lost) return undefined;
    const tick = setInterval(() => (now.value = Date.now()), 250);
    return () => clearInterval(tick);
  }, [lost]);
  if (!lost || stored.value) return null;
  const seconds = Math.ceil(Math.max(0, state.retryAt - now.value) / 1000);
  return (
    <div class="note" data-tone="fault" role="status">
      <Line>
        {lostWords(reach.value, active.value)}
        <span class="muted"> {seconds > 0 ? `Next attempt in ${seconds} s.` : "Trying again."}</span>
      </Line>
      <button type="button" class="link" onClick={() => connection.connect()}>
        Try now
      </button>
    </div>
  );
}

/** The run was deleted while it was looked at; or the server cannot go on telling of it. */
function Gone() {
  const known = history.value;
  if (!known || untrained.value || (!known.gone && !known.error)) return null;
  return (
    <div class="note" data-tone="fault" role="alert">
      <Line>
        {known.gone
          ? "This run was deleted. What was received of it stays here until another one is opened; it cannot go on."
          : sentence(known.error!)}
      </Line>
    </div>
  );
}

/** Why a run stands still that nobody here has stopped. */
function Stopped() {
  const run = info.value;
  if (run?.state !== "stopped" || !run.reason || history.value?.gone || stored.value || untrained.value)
    return null;
  return (
    <div class="note" role="status">
      <Line>
        <b>Stopped.</b> {sentence(inWordsOf(fields.value, run.reason))}
      </Line>
    </div>
  );
}

/** How far an update is that takes long. */
function Long() {
  const run = info.value;
  const long = run?.state === "running" && !stored.value && !untrained.value ? run.long_update : null;
  if (!long) return null;
  return (
    <div class="note" role="status">
      <Line>
        <b>Update {count(run!.step + 1)} takes long:</b> {count(Math.round(long.seconds))} s so far, at step{" "}
        {count(long.chain_step)} of {count(long.chain_steps)} of its chains. Pause, stop and changes hold
        within a step; this update is then made anew.
      </Line>
    </div>
  );
}

/** A run that has been paused for long has given its process back. */
function Asleep() {
  const run = info.value;
  if (!run?.asleep || history.value?.gone || stored.value || untrained.value) return null;
  return (
    <div class="note" role="status">
      <Line>
        <b>Asleep.</b> It was paused for a while and gave its process back. It goes on from this very update.
      </Line>
    </div>
  );
}

/** Which plug-in the run misses, or has in another version; said once of each run. */
function PlugIns() {
  const read = useSignal("");
  const run = info.value;
  const note = run && catalogue.value && plugInNote(run, catalogue.value.plugins);
  if (!note || stored.value || untrained.value || read.value === run.id) return null;
  return (
    <div class="note" data-tone="fault" role="alert">
      <Line>{note}</Line>
      <button type="button" class="link" onClick={() => (read.value = run.id)}>
        Dismiss
      </button>
    </div>
  );
}

/** Why the run failed and what to do; the last good frame stays on the stage. */
function Failed() {
  const run = info.value;
  if (run?.state !== "failed" || history.value?.gone || untrained.value) return null;
  const missing = catalogue.value && missingPlugIn(run, catalogue.value.plugins);
  return (
    <div class="note" data-tone="fault" role="alert">
      <Line>
        <b>The run failed.</b>{" "}
        {sentence(inWordsOf(fields.value, run.reason ?? "the server gives no reason; its log may"))}
        <span class="muted"> The stage shows its last good moment.</span>
      </Line>
      {(run.repeats ? waysOut(run.config) : [AS_IT_IS]).map(({ label, changes }) => (
        <button
          key={label}
          type="button"
          class="link"
          disabled={missing !== null}
          {...(missing && explains({ name: label, text: missing }))}
          onClick={() => void resumeWith(run.id, changes)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

interface Way {
  label: string;
  changes: Record<string, Json>;
}

const AS_IT_IS: Way = { label: "Go on from the last checkpoint", changes: {} };

/** Other settings to go on with from the last checkpoint: with the same ones a run diverges again. */
function waysOut({ optimization }: RunConfig): Way[] {
  const rate = optimization.learning_rate as number;
  const clip = optimization.gradient_clip as number | null;
  const slower = { "optimization.learning_rate": Number((rate / 2).toPrecision(3)) };
  return [
    { label: "Go on with half the learning rate", changes: slower },
    ...(clip === null || clip > 1
      ? [{ label: "Go on with gradients clipped at 1", changes: { "optimization.gradient_clip": 1 } }]
      : []),
  ];
}

/** What is on the stage until the first frame comes, and what a run waits for when that takes longer than a moment. */
function Waiting() {
  const late = useSignal(false);
  const run = stored.value || untrained.value ? null : info.value;
  const waits = run?.state === "queued" || run?.state === "starting";
  useEffect(() => {
    late.value = false;
    if (!waits) return undefined;
    const timer = setTimeout(() => (late.value = true), PATIENCE);
    return () => clearTimeout(timer);
  }, [waits, run?.id]);
  const why = waits && late.value ? waitsFor(run.state) : null;
  const recorded = recordedFrame.value !== null && !invites.value;
  const starts = run !== null || asking.value === "start";
  if (!why && !recorded) return null;
  return (
    <div class="note" role="status">
      <p>
        {recorded && (
          <>
            <b>Recorded run</b> of this pair, with default settings
            {starts ? (run?.state === "queued" ? ". " : "; the live run is starting. ") : "."}
          </>
        )}
        {why}
      </p>
    </div>
  );
}

/** Nothing is trained, or going to be, and nothing worse is to be said. */
const invites = computed(
  () =>
    draft.value !== null &&
    !drawing.value &&
    asking.value !== "start" &&
    notice.value?.tone !== "fault" &&
    (stored.value || untrained.value),
);

function Invitation() {
  if (!invites.value) return null;
  const offline = catalogueFault.value;
  return (
    <div class="note invitation">
      <p>
        {stored.value && !untrained.value ? (
          <>A stored run replays.</>
        ) : recordedFrame.value ? (
          <>
            <b>Recorded run</b> of this pair, default settings
          </>
        ) : (
          <>
            Untrained: <b>{nameOfChoice.value}</b>
          </>
        )}
        {offline && <span class="muted"> {offline}</span>}
      </p>
      <button type="button" class="pill primary" onClick={press} disabled={offline !== null}>
        {pressing.value.verb}
      </button>
    </div>
  );
}
