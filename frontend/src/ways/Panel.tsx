/** A tile that was opened: the film of its way, the energy along it, where it ends, and other starts. */
import { useEffect, useRef } from "preact/hooks";
import * as Icons from "../Icons";
import type { PlugInConfig } from "../protocol/wire";
import { count, fixed, percent } from "../words/format";
import { Term } from "../words/Term";
import { WAYS } from "../words/ways";
import { Brush } from "./Brush";
import { Controls } from "./Controls";
import { classCalled } from "./called";
import { Film, momentIn } from "./Film";
import { isOpen } from "./hole";
import { Picture } from "./Picture";
import * as state from "./state";
import { energyOf, type Way } from "./way";

/** The panel on the stage of a run; nothing where no tile of it is open. */
export function WayPanel({ run }: { run: string | undefined }) {
  const section = useRef<HTMLElement>(null);
  const [tile, chosen, way] = [state.opened.value, state.choice.value, state.made.value];
  useEffect(() => section.current?.focus({ preventScroll: true }), [tile]);
  if (!tile || tile.run !== run || !chosen) return null;
  return (
    <section
      ref={section}
      class="way"
      tabIndex={-1}
      aria-labelledby="way-title"
      aria-busy={state.busy.value}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        void state.takeFile(event.dataTransfer?.files[0]);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        state.close();
      }}
    >
      <div class="way-heading">
        <h2 id="way-title">
          <Term explanation={WAYS.film}>{tile.name}</Term>
        </h2>
        <Told way={way} />
        <button type="button" class="quiet" aria-label="Back to all tiles" onClick={state.close}>
          <Icons.Close />
        </button>
      </div>
      {state.refused.value && (
        <p class="small fault" role="alert">
          {state.refused.value}
        </p>
      )}
      {way ? (
        <>
          <Ends way={way} chosen={chosen} dataset={tile.on.value?.dataset} />
          <Film way={way} line={chosen.to !== null} energy={energyCalled(way, tile.on.value?.dataset)} />
        </>
      ) : (
        !state.refused.value && (
          <p class="muted way-waits">The chain runs. The first one takes a few seconds.</p>
        )
      )}
      <Controls chosen={chosen} dataset={tile.on.value?.dataset} />
    </section>
  );
}

/** Which way it is, and of which moment. */
function Told({ way }: { way: Way | null }) {
  return (
    <div class="way-told small muted">
      <p role="status">
        {way && (
          <>
            {way.description}, by the energy of update <span class="mono">{count(way.step)}</span>
            {state.instead.value !== null && `, the nearest that is kept to ${count(state.instead.value)}`}
          </>
        )}
      </p>
      {state.behind.value && (
        <button type="button" class="link" onClick={state.renew}>
          Take the energy of now
        </button>
      )}
    </div>
  );
}

interface EndsProps {
  way: Way;
  chosen: state.Choice;
  dataset: PlugInConfig | undefined;
}

const energyCalled = (way: Way, dataset: PlugInConfig | undefined) =>
  energyOf(way, (label) => classCalled(label, dataset));

/** The start, the moment that is pointed at or the end, and what of the data the end is nearest to. */
function Ends({ way, chosen, dataset }: EndsProps) {
  const line = chosen.to !== null;
  const last = way.at.length - 1;
  const now = state.at.value ?? last;
  const { nearest, shares } = way;
  const read = shares ? shares.indexOf(Math.max(...shares)) : null;
  const energy = energyCalled(way, dataset);
  const paints = chosen.from !== "noise" && !line;
  return (
    <div class="way-ends small">
      <figure>
        {paints ? (
          <Brush image={way.images[0]!} hole={chosen.hole} />
        ) : (
          <Picture image={way.images[0]!} label="The start" />
        )}
        <figcaption>
          start{" "}
          <span class="mono">
            {energy} {fixed(way.energies[0], 2)}
          </span>
          {paints && (
            <span class="muted">{isOpen(chosen.hole) ? "open: the way fills it" : "brush a hole here"}</span>
          )}
        </figcaption>
      </figure>
      <figure>
        <Picture image={way.images[now]!} label={now === last ? "The end" : "The moment pointed at"} />
        <figcaption>
          {now === last ? "end" : momentIn(way, now, line)}{" "}
          <span class="mono">
            {energy} {fixed(way.energies[now], 2)}
          </span>
          {read !== null && now === last && (
            <span class="muted">
              read as {classCalled(read, dataset)}, {percent(shares![read])}
            </span>
          )}
        </figcaption>
      </figure>
      {nearest && (
        <figure>
          <Picture image={nearest.image} label="The nearest training image" />
          <figcaption>
            <Term explanation={WAYS.nearest}>nearest</Term>
            {nearest.label !== null && ` a ${classCalled(nearest.label, dataset)}`}
            <span class="muted">
              distance <span class="mono">{fixed(nearest.distance, 2)}</span>
            </span>
          </figcaption>
        </figure>
      )}
    </div>
  );
}
