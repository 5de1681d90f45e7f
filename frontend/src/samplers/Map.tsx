/** The stage of the samplers: the energy's map, and the chains at the moment that is shown. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { PhasesOverlay } from "../phases/Overlay";
import { loop } from "../run/loop";
import { createStage, type Readout, type Stage } from "../stage";
import { notice } from "../state";
import { theme } from "../theme";
import { fixed, located, significant } from "../words/format";
import { Told } from "../words/Told";
import { AS_IT_CAME, Looking, usePanning, useZooming } from "../zooming";
import { frameAt, type Shown } from "./sampling";
import { again, choice, current, index, look, refused, sampled, shown, stale, startAt } from "./state";

const readout = signal<Readout | null>(null);
const LAYERS = { energy: true, contours: true, data: false, chains: true, score: false, generator: false };

export function SamplersMap() {
  return (
    <main id="main" tabIndex={-1} class="centre" aria-label="Stage">
      <div class="stage-column">
        <div class="stage-tools">
          <p class="small muted">Press on the map, and all chains start there.</p>
        </div>
        <div class="stage-frame" data-waiting={current.value === null}>
          <Canvas />
          <PhasesOverlay camera={look} />
          <Looking camera={look}>{AS_IT_CAME}</Looking>
          <Notes />
        </div>
        <div class="under small">
          <Reading />
        </div>
      </div>
    </main>
  );
}

function Canvas() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const stage = useRef<Stage | null>(null);
  const panning = usePanning(look);
  useZooming(canvas, look);
  /** The last press moved the map and started nothing. */
  const panned = useRef(false);
  const pointer = useRef<{ x: number; y: number } | null>(null);
  useEffect(() => {
    const element = canvas.current!;
    const created = createStage(element, { theme: theme.value });
    created.setLayers(LAYERS);
    stage.current = created;
    let drawn: Shown | null = null;
    let moment = -1;
    const size = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width);
      if (width > 0) created.resize(width, devicePixelRatio);
    });
    size.observe(element);
    const remove = loop.add({
      every: 0,
      draw: (now) => {
        const known = shown.value;
        if (known && (known !== drawn || moment !== index.value)) {
          created.show(frameAt(known, index.value, known !== drawn));
          drawn = known;
          moment = index.value;
        }
        readout.value = pointer.current && created.readout(pointer.current.x, pointer.current.y);
        created.draw(now);
      },
    });
    return () => {
      remove();
      size.disconnect();
    };
  }, []);
  const colors = theme.value;
  useEffect(() => stage.current?.setTheme(colors), [colors]);
  const looked = look.value;
  useEffect(() => stage.current?.look(looked), [looked]);
  const start = (x: number, y: number) => {
    const at = stage.current?.readout(x, y);
    if (at && sampled.value && !stale.value) startAt([at.x, at.y]);
  };
  return (
    <canvas
      ref={canvas}
      class="stage"
      role="img"
      tabIndex={0}
      aria-label="Energy landscape with chains. Enter starts all of them in the middle."
      onPointerDown={(event) => {
        panned.current = panning.down(event);
      }}
      onPointerMove={(event) => {
        pointer.current = { x: event.offsetX, y: event.offsetY };
        panning.move(event);
      }}
      onPointerUp={panning.up}
      onPointerCancel={panning.up}
      onPointerLeave={() => (pointer.current = null)}
      onClick={(event) => !panned.current && start(event.offsetX, event.offsetY)}
      onKeyDown={(event) => {
        const middle = event.currentTarget.clientWidth / 2;
        if (event.key === "Enter") start(middle, middle);
      }}
    />
  );
}

function Notes() {
  if (refused.value) {
    return (
      <div class="notes">
        <div class="note" data-tone="fault" role="alert">
          <p>{refused.value}</p>
          <button type="button" class="link" onClick={again}>
            Try again
          </button>
        </div>
      </div>
    );
  }
  if (notice.value?.tone === "fault") {
    return (
      <div class="notes">
        <div class="note" data-tone="fault" role="alert">
          <p>{notice.value.text}</p>
          <button type="button" class="link" onClick={() => (notice.value = null)}>
            Dismiss
          </button>
        </div>
      </div>
    );
  }
  if (sampled.value) return null;
  return (
    <div class="notes">
      <div class="note" role="status">
        <p>
          {choice.value
            ? "The first chains take some seconds: the sampler is being started."
            : "Waiting for the server."}
        </p>
      </div>
    </div>
  );
}

function Reading() {
  const at = readout.value;
  if (!at)
    return (
      <p class="muted">
        <Told text="Bright is low energy: likely. The chains move as they were computed." />
      </p>
    );
  return (
    <p class="mono reading">
      <span>
        x {located(at.x, at.unit[0])}, {located(at.y, at.unit[1])}
      </span>
      <span>E − min {fixed(at.above, 2)}</span>
      <span>p ≈ {significant(at.density, 2)}</span>
      <span>
        score {significant(at.score[0], 3)}, {significant(at.score[1], 3)}
      </span>
    </p>
  );
}
