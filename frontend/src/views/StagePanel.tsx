/** The middle of the page: the words that switch the layers, the canvas, and what is under the pointer. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fixed, significant } from "../format";
import { type DecodedFrame, showsImages } from "../frame";
import { loop } from "../loop";
import { shownFrame } from "../preview";
import { createImageGrid, createStage, type ImageGrid, type Readout, type Stage } from "../stage";
import { dropped, type LayerName, layers, type Mode, mode, untrained } from "../state";
import { theme } from "../theme";
import { chooseByArrows } from "./radios";
import { StageNotes } from "./StageNotes";

/** Chains that one click starts, and that one with shift starts. */
const CLOUD = { click: 12, shift: 64, drag: 3 };

const readout = signal<Readout | null>(null);
const available = signal<Record<Mode, boolean>>({
  energy: true,
  density: true,
  truth: false,
  difference: false,
});
const images = signal(false);
let stage: Stage | null = null;

export function clearDropped(): void {
  stage?.clearDropped();
  dropped.value = 0;
}

export function StagePanel() {
  return (
    <main class="centre" aria-label="Stage">
      <div class="stage-column">
        <div class="stage-tools">
          {images.value ? (
            <p class="small muted">
              {untrained.value ? "Samples of the data" : "Chains on their way from noise to images"}
            </p>
          ) : (
            <LayerWords />
          )}
          {!images.value && <Modes />}
        </div>
        <div class="stage-frame">
          {images.value ? <Tiles /> : <Plane />}
          <StageNotes />
        </div>
        <Under />
      </div>
      <WatchShape />
    </main>
  );
}

/** Changes from the plane to the tiles when the data are images. */
function WatchShape() {
  const frame = shownFrame.value;
  useEffect(() => {
    if (frame) images.value = showsImages(frame);
  }, [frame]);
  return null;
}

const LAYERS: { name: LayerName; word: string }[] = [
  { name: "energy", word: "energy" },
  { name: "contours", word: "contours" },
  { name: "data", word: "data" },
  { name: "chains", word: "chains" },
  { name: "score", word: "score" },
  { name: "generator", word: "generator" },
];

/** The layers that exist now, in the order of their keys. */
export function layersShown(): LayerName[] {
  const has = shownFrame.value?.arrays.generator !== undefined;
  return LAYERS.map(({ name }) => name).filter((name) => name !== "generator" || has);
}

function LayerWords() {
  const shown = layersShown();
  return (
    <div class="words" role="group" aria-label="Layers">
      {LAYERS.filter(({ name }) => shown.includes(name)).map(({ name, word }, i) => (
        <button
          key={name}
          type="button"
          class={`word ${name}-word`}
          aria-pressed={layers.value[name]}
          title={`${layers.value[name] ? "Hide" : "Show"} ${word} (${i + 1})`}
          onClick={() => toggleLayer(name)}
        >
          {word}
        </button>
      ))}
    </div>
  );
}

export function toggleLayer(name: LayerName): void {
  layers.value = { ...layers.value, [name]: !layers.value[name] };
}

const MODES: { name: Mode; word: string; title: string }[] = [
  { name: "energy", word: "E(x)", title: "Energy: low is bright, low is probable" },
  { name: "density", word: "p(x)", title: "Density exp(−E) / Z" },
  { name: "truth", word: "truth", title: "The true density" },
  { name: "difference", word: "difference", title: "Learned minus true density" },
];

function Modes() {
  return (
    <div class="words modes" role="radiogroup" onKeyDown={chooseByArrows} aria-label="What the map shows">
      {MODES.filter(({ name }) => available.value[name]).map(({ name, word, title }) => (
        <button
          key={name}
          type="button"
          class="word"
          role="radio"
          aria-checked={mode.value === name}
          title={title}
          onClick={() => (mode.value = name)}
        >
          {word}
        </button>
      ))}
    </div>
  );
}

type Canvas = {
  show: (frame: DecodedFrame) => void;
  resize: (size: number, dpr: number) => void;
  draw: (now: number) => void;
};

/** Keeps a canvas the size of its box, hands it frames, and has the loop draw it. */
function usePainter(
  canvas: { current: HTMLCanvasElement | null },
  create: (element: HTMLCanvasElement) => Canvas & { before?: (now: number) => void },
): void {
  useEffect(() => {
    const element = canvas.current!;
    const painter = create(element);
    let last: DecodedFrame | null = null;
    const size = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width);
      if (width > 0) painter.resize(width, devicePixelRatio);
    });
    size.observe(element);
    const remove = loop.add({
      every: 0,
      draw: (now) => {
        const frame = shownFrame.value;
        if (frame && frame !== last) painter.show(frame);
        last = frame;
        painter.before?.(now);
        painter.draw(now);
      },
    });
    return () => {
      remove();
      size.disconnect();
    };
  }, []);
}

function Tiles() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const grid = useRef<ImageGrid | null>(null);
  usePainter(canvas, (element) => {
    grid.current = createImageGrid(element, { theme: theme.value, range: [-1, 1] });
    return grid.current;
  });
  const colors = theme.value;
  useEffect(() => grid.current?.setTheme(colors), [colors]);
  return <canvas ref={canvas} class="stage" role="img" aria-label="Images drawn by the chains" />;
}

function Plane() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pointer = useRef<{ x: number; y: number } | null>(null);
  const dragged = useRef<{ x: number; y: number } | null>(null);
  usePainter(canvas, (element) => {
    const created = createStage(element, { theme: theme.value });
    stage = created;
    let bare = false;
    return {
      show: (frame) => {
        if (untrained.value !== bare || untrained.value) created.reset();
        bare = untrained.value;
        created.show(frame);
      },
      resize: (size, dpr) => created.resize(size, dpr),
      draw: (now) => created.draw(now),
      before: () => {
        readout.value = pointer.current ? created.readout(pointer.current.x, pointer.current.y) : null;
        const now = {
          energy: true,
          density: true,
          truth: created.available("truth"),
          difference: created.available("difference"),
        };
        if (now.truth !== available.value.truth || now.difference !== available.value.difference)
          available.value = now;
      },
    };
  });
  const [colors, shown, map] = [theme.value, layers.value, mode.value];
  useEffect(() => stage?.setTheme(colors), [colors]);
  useEffect(() => stage?.setLayers(shown), [shown]);
  useEffect(() => stage?.setMode(map), [map]);
  const drop = (x: number, y: number, count: number) => {
    if (untrained.value) return;
    stage?.drop(x, y, count);
    dropped.value += count;
  };
  return (
    <canvas
      ref={canvas}
      class="stage"
      role="img"
      tabIndex={0}
      aria-label="Energy landscape with data and chains. Enter starts a cloud of chains in the middle."
      onPointerMove={(event) => {
        pointer.current = { x: event.offsetX, y: event.offsetY };
        const from = dragged.current;
        if (!from || Math.hypot(event.offsetX - from.x, event.offsetY - from.y) < 14) return;
        dragged.current = pointer.current;
        drop(event.offsetX, event.offsetY, CLOUD.drag);
      }}
      onPointerLeave={() => {
        pointer.current = null;
        dragged.current = null;
      }}
      onPointerDown={(event) => {
        if (event.pointerType === "touch") return; // it may be the start of a scroll; a tap comes as a click
        dragged.current = { x: event.offsetX, y: event.offsetY };
        drop(event.offsetX, event.offsetY, event.shiftKey ? CLOUD.shift : CLOUD.click);
      }}
      onClick={(event) => {
        if ((event as unknown as PointerEvent).pointerType === "touch")
          drop(event.offsetX, event.offsetY, CLOUD.click);
      }}
      onPointerUp={() => (dragged.current = null)}
      onPointerCancel={() => (dragged.current = null)}
      onKeyDown={(event) => {
        const middle = event.currentTarget.clientWidth / 2;
        if (event.key === "Enter") drop(middle, middle, CLOUD.shift);
      }}
    />
  );
}

/** Below the stage: the reading under the pointer, or how to read the map. */
function Under() {
  if (images.value) {
    const text = untrained.value
      ? "Press play, and chains turn noise into images like these."
      : "Each tile is one chain; some start afresh from noise now and then.";
    return <p class="under small muted">{text}</p>;
  }
  return (
    <div class="under small">
      <Reading />
      {dropped.value > 0 && (
        <button type="button" class="link" onClick={clearDropped}>
          Clear dropped chains
        </button>
      )}
    </div>
  );
}

function Reading() {
  const at = readout.value;
  if (!at) {
    const text = untrained.value
      ? "Data only. Press play, and the landscape forms."
      : mode.value === "energy"
        ? "Bright is low energy: likely. Press on the map to drop chains."
        : "Press on the map to drop chains.";
    return <p class="muted">{text}</p>;
  }
  return (
    <p class="mono reading">
      <span>
        x {fixed(at.x, 2)}, {fixed(at.y, 2)}
      </span>
      <span>E {fixed(at.energy, 2)}</span>
      <span>p {significant(at.density, 2)}</span>
      <span>
        score {fixed(at.score[0], 1)}, {fixed(at.score[1], 1)}
      </span>
    </p>
  );
}
