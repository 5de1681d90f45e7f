/** Slow motion beside the stage: which phase, the lit term, the sentence, and the numbers at the points. */
import type { TargetedKeyboardEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import * as Icons from "../Icons";
import { asking } from "../state";
import { explains } from "../words/explaining";
import { counter, significant } from "../words/format";
import { ARROW_WORDS, POINT_WORDS, SLOW, VALUE_WORDS, type Worded } from "../words/phases";
import { Term } from "../words/Term";
import { Tex } from "../words/Tex";
import { reachOf } from "./drawn";
import { lit } from "./lit";
import type { Motion, Phase } from "./motion";
import { at, close, keyOf, more, motion, phase, playing, seek, toggle } from "./state";

const OF_BUTTON = [" ", "Enter"];
const OF_SLIDER = [" ", "Enter", "ArrowLeft", "ArrowRight", "Home", "End"];

export function PhasesPanel() {
  const [shown, now] = [motion.value, phase.value];
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    section.current?.focus({ preventScroll: true });
    inSight(section.current);
  }, [shown]);
  if (!shown || !now) return null;
  /** Keys that a button, or the slider, has no use for. */
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const own = (event.target as HTMLElement).closest("input") ? OF_SLIDER : OF_BUTTON;
    const meaning =
      own.includes(event.key) || event.target === section.current ? undefined : keyOf(event.key);
    if (!meaning) return;
    event.preventDefault();
    event.stopPropagation();
    meaning();
  };
  return (
    <section ref={section} class="phases" tabIndex={-1} onKeyDown={onKeyDown} aria-labelledby="phases-title">
      <div class="heading">
        <h2 id="phases-title">
          <Term explanation={shown.what === "Update" ? SLOW.control : SLOW.step}>Slow motion</Term>
        </h2>
        <p class="mono small muted">
          {shown.what.toLowerCase()} {counter(shown.number)}
        </p>
        <button
          type="button"
          class="quiet"
          aria-label="Leave slow motion"
          onClick={close}
          {...explains(SLOW.leave)}
        >
          <Icons.Close />
        </button>
      </div>
      <Formulas formulas={shown.formulas} term={now.term} />
      <div class="phases-told" aria-live="polite">
        <p class="phases-name">
          <span class="mono">{at.value + 1}</span> {now.name}
        </p>
        <p class="phases-sentence">{now.sentence}</p>
      </div>
      <Where shown={shown} />
      <Words now={now} shown={shown} />
      <Numbers now={now} />
      {Object.keys(now.values).length === 0 && <Hint what={shown.what.toLowerCase()} />}
    </section>
  );
}

/** On a narrow page the stage and what is said of it are brought onto the screen together. */
function inSight(section: HTMLElement | null): void {
  const stage = document.querySelector(".stage-frame");
  if (stage && section && section.getBoundingClientRect().top > stage.getBoundingClientRect().top + 8)
    stage.scrollIntoView({ block: "start" });
}

function Hint({ what }: { what: string }) {
  return (
    <p class="small muted">
      <kbd>←</kbd> <kbd>→</kbd> phases, <kbd>space</kbd> play, <kbd>m</kbd> next {what}, <kbd>Esc</kbd> leave
    </p>
  );
}

function Formulas({ formulas, term }: { formulas: string[]; term: string }) {
  return (
    <div class="formulas phases-formulas" {...explains(SLOW.term)}>
      {lit(formulas, term).map(({ tex, lit: on }) => (
        <p key={tex} data-lit={on}>
          <Tex tex={tex} />
        </p>
      ))}
    </div>
  );
}

/** Where in the phases one is: back, play, on, and a slider over all. */
function Where({ shown }: { shown: Motion }) {
  const last = shown.phases.length - 1;
  const busy = asking.value !== null;
  return (
    <>
      <div class="phases-steps">
        <button
          type="button"
          class="round small-round"
          disabled={at.value === 0}
          aria-label="Phase before"
          {...explains(SLOW.before)}
          onClick={() => seek(at.value - 1)}
        >
          <Icons.Back />
        </button>
        <button
          type="button"
          class="round small-round"
          aria-label={playing.value ? "Hold the phases" : "Play the phases"}
          {...explains(SLOW.play)}
          onClick={toggle}
        >
          {playing.value ? <Icons.Pause size={12} /> : <Icons.Play size={12} />}
        </button>
        <button
          type="button"
          class="round small-round"
          disabled={at.value === last}
          aria-label="Phase after"
          {...explains(SLOW.after)}
          onClick={() => seek(at.value + 1)}
        >
          <Icons.On />
        </button>
        <button
          type="button"
          class="pill"
          disabled={busy}
          onClick={() => void more()}
          {...explains(SLOW.next)}
        >
          Next {shown.what.toLowerCase()}
        </button>
      </div>
      <div class="phases-slider">
        <input
          type="range"
          class="slider"
          min={0}
          max={Math.max(last, 1)}
          value={at.value}
          style={{ "--share": `${last ? (100 * at.value) / last : 0}%` }}
          aria-label="Phase"
          aria-valuetext={`${at.value + 1} of ${last + 1}: ${shown.phases[at.value]?.name}`}
          onInput={(event) => seek(Number(event.currentTarget.value))}
        />
        <span class="mono small muted phases-count">
          {at.value + 1} of {last + 1}
        </span>
      </div>
    </>
  );
}

/** The words of what is on the stage, in its colours. */
function Words({ now, shown }: { now: Phase; shown: Motion }) {
  const found = (name: string, words: Record<string, Worded>, kind: string) => {
    const known = words[name];
    return (
      known && (
        <span key={`${kind} ${name}`} class={`phases-word phases-${name}`}>
          <Term explanation={known.explanation}>
            {kind} {known.word}
          </Term>
        </span>
      )
    );
  };
  const points = Object.keys(now.points).filter((name) => (now.points[name]!.shape[0] ?? 0) > 0);
  return (
    <p class="small phases-words">
      {points.map((name) => found(name, POINT_WORDS, SIGNS[name] ?? "●"))}
      {Object.keys(now.arrows).map((name) => found(name, ARROW_WORDS, "→"))}
      {now.pushes && <Term explanation={SLOW.energies}>↕ E before to after</Term>}
      {now.pushes && shown.change && (
        <Term explanation={SLOW.change}>
          <i class="phases-scale" /> ± {significant(reachOf(shown.change.values), 2)} nats
        </Term>
      )}
    </p>
  );
}

const SIGNS: Record<string, string> = {
  generator: "◆",
  perturbed: "×",
  rejected: "○",
  labelled: "▲",
  far: "□",
};

/** The numbers at the points, a row each. */
function Numbers({ now }: { now: Phase }) {
  const [name, of] = Object.entries(now.values)[0] ?? [];
  const columns = Object.entries(of ?? {});
  const count = columns[0]?.[1].length ?? 0;
  if (!name || count === 0) return null;
  return (
    <table class="phases-numbers mono small">
      <caption class="hidden-visually">Numbers at the {POINT_WORDS[name]?.word ?? name} shown</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="hidden-visually">Point</span>
          </th>
          {columns.map(([key]) => {
            const known = VALUE_WORDS[key];
            return (
              <th key={key} scope="col">
                {known ? <Term explanation={known.explanation}>{known.word}</Term> : key}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: count }, (_, row) => (
          <tr key={row}>
            <th scope="row">{row + 1}</th>
            {columns.map(([key, numbers]) => (
              <td key={key}>{written(key, numbers[row]!)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** As many digits as a small change is seen by. */
function written(key: string, value: number): string {
  if (key === "accepted" || key === "afresh") return value ? "yes" : "no";
  return Number.isInteger(value) ? String(value) : significant(value, 4);
}
