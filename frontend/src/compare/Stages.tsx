/** The runs of a comparison beside each other: what each is, its map or images, and what is under the pointer. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { DecodedFrame } from "../protocol/frame";
import type { RunState } from "../protocol/wire";
import { waitsFor } from "../run/waiting";
import type { Readout } from "../stage";
import { catalogue, fields, titleOf } from "../state";
import { WayPanel } from "../ways/Panel";
import { ofPlugIn } from "../words/explaining";
import { count, fixed, sentence, significant } from "../words/format";
import { inWordsOf } from "../words/settings";
import { Term } from "../words/Term";
import { BADGES } from "../words/terms";
import type { Told } from "./canvases";
import { Plane } from "./Plane";
import { Sign } from "./Sign";
import { figures, images, letterOf, type Member, members, mode, onStages, reference } from "./state";
import { TileReading, Tiles } from "./Tiles";
import { COMPARE } from "./terms";

export function Stages() {
  return (
    <section
      class="compare-stages"
      aria-label="Runs beside each other"
      data-count={members.value.length}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
      tabIndex={0}
    >
      {members.value.map((member, i) => (
        <Run key={member.history.info.id} member={member} index={i} />
      ))}
    </section>
  );
}

const badgeOf = (state: RunState) =>
  state === "running" ? "LIVE" : (state.toUpperCase() as Uppercase<typeof state>);

function Run({ member, index }: { member: Member; index: number }) {
  const { info } = member.history;
  const letter = letterOf(index);
  const method = catalogue.value?.methods.find(({ kind }) => kind === info.config.method.kind);
  const title = titleOf(info.config.method.kind);
  const shown = useSignal<number | null>(null);
  const frame = useSignal<DecodedFrame | null>(null);
  const pointed = useSignal<number | null>(null);
  const at = useSignal<Readout | null>(null);
  const cross = useRef<HTMLDivElement>(null);
  const told: Told = {
    frame: (next) => {
      const { step, arrays } = next;
      shown.value = step;
      frame.value = next;
      const names = [...new Set([...onStages.value, ...Object.keys(arrays)])];
      if (names.length > onStages.value.length) onStages.value = names;
    },
    point: (readout, pixel) => {
      at.value = readout;
      place(cross.current, pixel);
    },
  };
  const state = badgeOf(info.state);
  return (
    <article class="compare-run" aria-label={`${letter}, ${title}`} data-letter={letter}>
      <header>
        <h2>
          <Sign letter={letter} />
          <b>{letter}</b> {method ? <Term explanation={ofPlugIn(method)}>{title}</Term> : title}
        </h2>
        <Term explanation={BADGES[state]} class="badge" state={state}>
          {info.state}
        </Term>
      </header>
      <Standing index={index} shown={shown.value} seed={info.config.seed} />
      <div class="compare-canvas">
        {images.value ? (
          <Tiles
            index={index}
            run={info.id}
            told={told}
            label={`${letter}, ${title}`}
            frame={frame}
            pointed={pointed}
          />
        ) : (
          <Plane index={index} run={info.id} told={told} label={`${letter}, ${title}`} />
        )}
        <div ref={cross} class="cross" hidden aria-hidden="true">
          <i />
          <i />
        </div>
        {images.value && <WayPanel run={info.id} />}
        <Why member={member} letter={letter} empty={shown.value === null} />
      </div>
      {images.value ? (
        <TileReading index={index} run={info.id} frame={frame} pointed={pointed} />
      ) : (
        <Reading at={at.value} first={index === 0} />
      )}
    </article>
  );
}

/** The moment on the stage, and how far it has come. */
function Standing({ index, shown, seed }: { index: number; shown: number | null; seed: number }) {
  const known = figures.value[index];
  const distance = known?.kl ?? known?.frechet ?? known?.nll ?? null;
  const name = known?.kl !== null ? "KL" : known?.frechet !== null ? "Fréchet" : "NLL";
  return (
    <p class="compare-standing small mono muted">
      <span>
        update <b class="compare-step">{shown === null ? "—" : count(shown)}</b>
      </span>
      <span>{known ? `${known.seconds.toFixed(1)} s` : ""}</span>
      {distance !== null && known && (
        <span>
          {name} <b>{significant(distance, 2)}</b>
        </span>
      )}
      <span class="seed">seed {seed}</span>
    </p>
  );
}

/** Why a stage shows nothing, or nothing more. */
function Why({ member, letter, empty }: { member: Member; letter: string; empty: boolean }) {
  const { info, error } = member.history;
  const held = mode.value === "difference" && reference.value === letter;
  if (info.state === "failed")
    return (
      <div class="note compare-note" data-tone="fault" role="alert">
        <p>
          Failed at update {count(info.step)}. {info.reason && sentence(inWordsOf(fields.value, info.reason))}{" "}
          The others go on.
        </p>
      </div>
    );
  const text = held
    ? "The others are held against this one."
    : (waitsFor(info.state) ?? error ?? (empty ? ON_ITS_WAY : null));
  return text === null ? null : (
    <div class="note compare-note" role="status">
      <p>{text}</p>
    </div>
  );
}

const ON_ITS_WAY = "Its first moment is on the way.";

/** What is under the pointer, wherever that is. */
function Reading({ at, first }: { at: Readout | null; first: boolean }) {
  return (
    <p class="compare-reading small mono">
      {at ? (
        <>
          <span>−log p {fixed(-Math.log(at.density), 2)}</span>
          <span>p {significant(at.density, 2)}</span>
          <span>
            score {significant(at.score[0], 2)}, {significant(at.score[1], 2)}
          </span>
        </>
      ) : first ? (
        <Term explanation={COMPARE.dropped} class="muted">
          Press on a map to drop chains on all.
        </Term>
      ) : (
        " "
      )}
    </p>
  );
}

/** Puts the cross-hair over a pixel. */
function place(cross: HTMLElement | null, pixel: [number, number] | null): void {
  if (!cross) return;
  cross.hidden = pixel === null;
  if (pixel) cross.style.translate = `${pixel[0]}px ${pixel[1]}px`;
}
