/** The stages of the file: each shows its run at the time of the clock, and takes chains that are dropped. */
import { signal } from "@preact/signals";
import type { TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useRef } from "preact/hooks";
import { Evaluator } from "../energy/evaluator";
import { type DecodedFrame, showsImages } from "../protocol/frame";
import { createStage, type Readout, type Stage } from "../stage";
import { commonScale } from "../stage/modes";
import { count, fixed, located, significant } from "../words/format";
import { usePanning, useZooming, zoomKey } from "../zooming";
import { useCanvas } from "./canvas";
import { called, camera, cleared, dropped, file, frames, layers, mode, runs, theme } from "./state";
import { TileReading, Tiles } from "./Tiles";

/** Chains that one press starts, one with shift, and each bit of a drag. */
const CLOUD = { click: 12, shift: 64, drag: 3 };

const stages: (Stage | null)[] = [];
/** What is under the pointer, and on which stage. */
const pointed = signal<{ index: number; at: Readout } | null>(null);
/** Where the pointer rests. */
let pointer: { index: number; x: number; y: number } | null = null;

/** Reads what is under the pointer now: also where the pointer stays and the map changes. */
function read(): void {
  const at = pointer && stages[pointer.index]?.readout(pointer.x, pointer.y);
  pointed.value = pointer && at ? { index: pointer.index, at } : null;
}

export function Stages() {
  return (
    <div class="stages" data-count={runs.value.length}>
      {runs.value.map((run, i) => (
        <figure key={run.info.id}>
          {showsImages(run.frames[0]!) ? <Tiles index={i} /> : <Plane index={i} />}
          <figcaption>
            <b>{called(i)}</b>
            <span class="mono muted">update {count(frames.value[i]?.step ?? 0)}</span>
          </figcaption>
          <Told index={i} />
        </figure>
      ))}
    </div>
  );
}

/** The energy of a moment, where its weights are in the file. */
const energyOf = (index: number, frame: DecodedFrame) => runs.value[index]?.energies.get(frame.step) ?? null;

/** What lies under the pointer, or by what chains move here. */
function Told({ index }: { index: number }) {
  const frame = frames.value[index];
  if (!frame) return null;
  if (showsImages(frame)) return <TileReading index={index} />;
  const here = pointed.value?.index === index ? pointed.value.at : null;
  if (here)
    return (
      <p class="told small mono">
        <span>
          x {located(here.x, here.unit[0])}, {located(here.y, here.unit[1])}
        </span>{" "}
        <span>
          E <output data-reading={index}>{here.energy.toFixed(5)}</output>
        </span>{" "}
        <span>E − min {fixed(here.above, 2)}</span> <span>p {significant(here.density, 2)}</span>
      </p>
    );
  return (
    <p class="told small muted">
      {energyOf(index, frame)
        ? "Press on the map to drop chains: they move by the network’s weights, which are in this file."
        : "Press on the map to drop chains: here they move by the map; other moments have their weights."}
    </p>
  );
}

function Plane({ index }: { index: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useZooming(canvas, camera);
  useCanvas(canvas, (element) => {
    const stage = createStage(element, { theme: theme.value });
    stages[index] = stage;
    return { resize: (size, dpr) => stage.resize(size, dpr), draw: follower(stage, index) };
  });
  return (
    <canvas
      ref={canvas}
      class="stage"
      tabIndex={0}
      role="img"
      aria-label={`Energy landscape of ${called(index)} with data and chains. Enter drops a cloud of chains in the middle.`}
      {...usePointing(index)}
    />
  );
}

/** Hands a stage what has changed, and draws it. */
function follower(stage: Stage, index: number): (now: number) => void {
  const kept = new Map<string, unknown>();
  const put = <T,>(name: string, value: T, use: (value: T) => void) => {
    if (kept.has(name) && kept.get(name) === value) return;
    kept.set(name, value);
    use(value);
  };
  return (now) => {
    put("theme", theme.value, (value) => stage.setTheme(value));
    put("layers", layers.value, (value) => stage.setLayers(value));
    put("mode", mode.value, (value) => stage.setMode(value));
    put("camera", camera.value, (value) => stage.look(value));
    put("truth", file.value.truth, (value) => stage.setTruth(value));
    put("cleared", cleared.value, () => stage.clearDropped());
    if (runs.value.length > 1) stage.align(commonScale(stages.map((one) => one?.scale ?? null)) ?? "own");
    put("frame", frames.value[index], (frame) => {
      if (!frame) return;
      stage.show(frame);
      const energy = energyOf(index, frame);
      stage.setEvaluator(energy && new Evaluator(energy, frame.units));
    });
    stage.draw(now);
    dropped.value = stages.reduce((sum, one) => sum + (one?.dropped ?? 0), 0);
    if (pointer?.index === index) read();
  };
}

/** Chains where one presses, taps or drags. */
function usePointing(index: number) {
  const dragged = useRef<{ x: number; y: number } | null>(null);
  const panning = usePanning(camera);
  const drop = (x: number, y: number, number: number) => {
    if (stages[index]?.drop(x, y, number)) dropped.value += number;
  };
  const release = () => {
    dragged.current = null;
    panning.up();
  };
  return {
    onPointerLeave: () => {
      pointer = null;
      read();
      dragged.current = null;
    },
    onPointerMove: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      const { offsetX: x, offsetY: y } = event;
      pointer = { index, x, y };
      read();
      const from = dragged.current;
      if (panning.move(event) || !from || Math.hypot(x - from.x, y - from.y) < 14) return;
      dragged.current = { x, y };
      drop(x, y, CLOUD.drag);
    },
    onPointerDown: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      if (panning.down(event) || event.pointerType === "touch") return; // a tap comes as a click
      dragged.current = { x: event.offsetX, y: event.offsetY };
      drop(event.offsetX, event.offsetY, event.shiftKey ? CLOUD.shift : CLOUD.click);
    },
    onClick: (event: MouseEvent) => {
      if ((event as PointerEvent).pointerType === "touch") drop(event.offsetX, event.offsetY, CLOUD.click);
    },
    onPointerUp: release,
    onPointerCancel: release,
    onKeyDown: (event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
      const middle = event.currentTarget.clientWidth / 2;
      if (event.key === "Enter") drop(middle, middle, CLOUD.shift);
      else if (zoomKey(camera, event)) event.preventDefault();
    },
  };
}
