/** What the marks on the stage are: those that can be seen now. */
import { computed } from "@preact/signals";
import { labelledOf } from "../stage";
import { drawing, dropped, shownLayers, usesChains } from "../state";
import type { Explanation } from "../words/explaining";
import { Term } from "../words/Term";
import { MARK_TERMS, type MarkName } from "../words/terms";
import { ClassMark } from "./ClassMark";
import { classesCalled } from "./called";
import { Views } from "./Layers";
import { previewFrame, shownFrame } from "./unlearned";

/** The marks on the stage, in the order of its layers. */
export const marksShown = computed<MarkName[]>(() => {
  const frame = shownFrame.value ?? previewFrame.value;
  const on = shownLayers.value;
  const has = (name: string) => (frame?.arrays[name]?.values.length ?? 0) > 0;
  const shown: Record<MarkName, boolean> = {
    data: (on.data || drawing.value) && has("data"),
    classes: (on.data || drawing.value) && !!frame && labelledOf(frame) !== null,
    perturbed: on.perturbed && has("perturbed"),
    chains: on.chains && usesChains.value && has("chains"),
    looking: on.chains && !usesChains.value && has("chains"),
    score: on.score && !!frame?.landscape,
    generator: on.generator && has("generator"),
    dropped: dropped.value > 0,
    marginals: on.marginals && !!frame?.landscape,
  };
  return (Object.keys(shown) as MarkName[]).filter((name) => shown[name]);
});

export function Legend() {
  return (
    <div class="beneath">
      <ul class="legend small" aria-label="Marks on the stage">
        {marksShown.value.map((name) => (
          <li key={name} data-mark={name}>
            <Sign name={name} />
            <Term explanation={explanationOf(name)}>{MARK_TERMS[name].word}</Term>
            {name === "classes" && <Classes />}
          </li>
        ))}
      </ul>
      {!drawing.value && <Views />}
    </div>
  );
}

/** Classes that are told by name beside the stage; all of them are where the word is explained. */
const SHOWN = 4;

function Classes() {
  return (
    <>
      {classesCalled.value.slice(0, SHOWN).map(({ label, name }) => (
        <span key={label} class="class-called">
          <ClassMark label={label} />
          <span class="class-name">{name}</span>
        </span>
      ))}
      {classesCalled.value.length > SHOWN && <span class="muted">…</span>}
    </>
  );
}

function explanationOf(name: MarkName): Explanation {
  const { explanation } = MARK_TERMS[name];
  const called = classesCalled.value.map((one) => one.name);
  if (name !== "classes" || called.length === 0) return explanation;
  return { ...explanation, good: `In the order of their marks: ${called.join(", ")}.` };
}

function Sign({ name }: { name: MarkName }) {
  return (
    <svg viewBox="-8 -8 16 16" width="14" height="14" aria-hidden="true" focusable="false">
      {SIGNS[name]}
    </svg>
  );
}

const ringed = (
  <>
    <circle r="6" class="casing" />
    <circle r="5" class="rim" />
    <circle r="3.4" class="fill" />
  </>
);

/** Each as the stage draws it, larger. */
const SIGNS: Record<MarkName, preact.JSX.Element> = {
  data: <circle r="3.5" class="fill" />,
  classes: (
    <>
      <path d="M-3.6 -5 L0 2 L-7.2 2 Z" class="fill" />
      <rect x="1" y="-3.6" width="6" height="6" class="other" />
    </>
  ),
  perturbed: <path d="M-4 -4 L4 4 M-4 4 L4 -4" class="stroke" />,
  chains: ringed,
  looking: ringed,
  score: <path d="M-7 0 H5 M1 -4 L6 0 L1 4" class="stroke" />,
  generator: <path d="M0 -6 L6 0 L0 6 L-6 0 Z" class="fill" />,
  dropped: ringed,
  marginals: (
    <>
      <path d="M-7 5 C-2 5 -3 -5 0 -5 S2 5 7 5" class="stroke other-curve" />
      <path d="M-7 5 C-1 5 -2 -2 1 -2 S3 5 7 5" class="stroke" />
    </>
  ),
};
