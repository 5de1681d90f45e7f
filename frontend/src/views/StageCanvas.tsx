/** The canvas of the plane with its map and chains, and what keeps any canvas drawn. */
import { computed, signal } from "@preact/signals";
import type { TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { DecodedFrame } from "../protocol/frame";
import { loop } from "../run/loop";
import { APART, createStage, DROPS, type Drop, type Mode, type Readout, type Stage } from "../stage";
import {
  camera,
  drawing,
  dropped,
  mode,
  notice,
  orbit,
  otherData,
  recordedFrame,
  shownLayers,
  truth,
  untrained,
} from "../state";
import { theme } from "../theme";
import { NO_CANVAS, NO_SURFACE } from "../words/terms";
import { usePanning, useZooming } from "../zooming";
import { axesCalled } from "./called";
import { followLooking } from "./camera";
import { available } from "./Layers";
import { exactLogZ } from "./normalised";
import { drawingCanvas } from "./strokes";
import { useTurning } from "./turning";
import { shownFrame } from "./unlearned";

/** Whether there is a landscape for chains to run on. */
export const droppable = computed(() => !drawing.value && (!untrained.value || recordedFrame.value !== null));

/** What is under the pointer. */
export const readout = signal<Readout | null>(null);
let stage: Stage | null = null;

/** Drops a cloud of chains around the middle of what is seen. */
export function dropCloud(): void {
  if (!stage || !droppable.value) return;
  const { x, y } = stage.view;
  if (stage.dropAt(x, y, ...DROPS.cloud)) dropped.value += DROPS.cloud[0];
}

export function clearDropped(): void {
  stage?.clearDropped();
  dropped.value = 0;
}

type Canvas = {
  show: (frame: DecodedFrame) => void;
  resize: (size: number, dpr: number) => void;
  draw: (now: number) => void;
};

/** Keeps a canvas the size of its box, hands it frames, and has the loop draw it. */
export function usePainter(
  canvas: { current: HTMLCanvasElement | null },
  create: (element: HTMLCanvasElement) => Canvas & { before?: (now: number) => void },
): void {
  useEffect(() => {
    const element = canvas.current!;
    if (!element.getContext("2d", { alpha: false })) {
      notice.value = { tone: "fault", text: NO_CANVAS };
      return undefined;
    }
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

export function Plane() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { pointer, dropping, turning } = usePointing();
  const draws = drawing.value;
  const surface = draws ? null : orbit.value;
  useZooming(
    canvas,
    camera,
    () => drawing.value,
    () => orbit.value !== null,
  );
  usePainter(canvas, (element) => {
    const created = createStage(element, { theme: theme.value });
    stage = created;
    let bare = "";
    return {
      show: (frame) => {
        // data alone, of whatever name, have nothing of a run beside them
        const name = untrained.value && !frame.landscape ? frame.run : "";
        if (name !== bare) created.reset();
        bare = name;
        created.show(frame);
      },
      resize: (size, dpr) => created.resize(size, dpr),
      draw: (now) => created.draw(now),
      before: (now) => {
        created.normalise(exactLogZ.value);
        dropped.value = created.dropped;
        followLooking(created, pointer.current !== null, now);
        readout.value = pointer.current ? created.readout(pointer.current.x, pointer.current.y) : null;
        const can = {
          energy: true,
          density: true,
          truth: created.available("truth"),
          difference: created.available("difference"),
          uncertainty: created.available("uncertainty"),
          softmax: created.available("softmax"),
        };
        const names = Object.keys(can) as Mode[];
        if (names.some((name) => can[name] !== available.value[name])) available.value = can;
        const classifies = mode.value === "uncertainty" || mode.value === "softmax";
        const chosen = untrained.value && recordedFrame.value !== null;
        if ((classifies || chosen) && created.available("energy") && !can[mode.value]) mode.value = "energy";
      },
    };
  });
  useEffect(() => () => void (dropped.value = 0), []);
  const [colors, shown, map, density] = [theme.value, withData.value, mode.value, knownTruth.value];
  const looked = camera.value;
  useEffect(() => stage?.look(looked), [looked]);
  useEffect(() => void raise(surface !== null), [surface !== null]);
  useEffect(() => {
    if (surface) stage?.turn(surface);
  }, [surface]);
  useEffect(() => stage?.setTheme(colors), [colors]);
  useEffect(() => stage?.setLayers(shown), [shown]);
  useEffect(() => stage?.setMode(map), [map]);
  useEffect(() => stage?.setTruth(density), [density]);
  const called = axesCalled.value;
  useEffect(() => stage?.setAxes(called), [called]);
  return (
    <canvas
      ref={canvas}
      class="stage"
      tabIndex={0}
      role="img"
      data-surface={surface !== null}
      aria-label={`Energy ${surface ? "surface" : "landscape"} with data and chains. Enter starts a cloud of chains in the middle${surface ? ", arrow keys turn it" : ""}.`}
      {...(draws ? drawingCanvas : surface ? turning : dropping)}
    />
  );
}

/** The true density of what is on the stage, which may be a choice of other data than the run. */
const knownTruth = computed(() =>
  otherData.value || (untrained.value && !recordedFrame.value) ? null : truth.value,
);

/** Whoever draws sees what is drawn. */
const withData = computed(() => ({ ...shownLayers.value, data: shownLayers.value.data || drawing.value }));

/** Draws the surface, which is loaded when it is first asked for, or the map again. */
async function raise(up: boolean): Promise<void> {
  const on = stage;
  if (!up) return on?.setRelief(null);
  try {
    const { Relief } = await import("../stage/relief");
    if (stage !== on || !orbit.value || drawing.value) return;
    on?.setRelief(new Relief(document));
    on?.turn(orbit.value);
  } catch {
    orbit.value = null;
    notice.value = { tone: "fault", text: NO_SURFACE };
  }
}

/** Chains dropped where one presses, drags or taps, or a surface that is turned; also where the pointer is. */
function usePointing() {
  const pointer = useRef<{ x: number; y: number } | null>(null);
  const dragged = useRef<{ x: number; y: number } | null>(null);
  const panning = usePanning(camera);
  const drop = (x: number, y: number, [count, spread]: Drop) => {
    if (droppable.value && stage?.drop(x, y, count, spread)) dropped.value += count;
  };
  const press = (x: number, y: number, shift: boolean) => drop(x, y, shift ? DROPS.cloud : DROPS.press);
  const point = (event: TargetedPointerEvent<HTMLCanvasElement>) =>
    (pointer.current = { x: event.offsetX, y: event.offsetY });
  const enter = (event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
    if (event.key === "Enter") dropCloud();
  };
  const onPointerLeave = () => {
    pointer.current = null;
    dragged.current = null;
  };
  const release = () => {
    dragged.current = null;
    panning.up();
  };
  const dropping = {
    onPointerLeave,
    onPointerMove: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      const now = point(event);
      if (panning.move(event)) return;
      const from = dragged.current;
      if (!from || Math.hypot(now.x - from.x, now.y - from.y) < APART) return;
      dragged.current = now;
      drop(now.x, now.y, DROPS.drag);
    },
    onPointerDown: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      if (panning.down(event)) return;
      if (event.pointerType === "touch") return; // it may be the start of a scroll; a tap comes as a click
      dragged.current = { x: event.offsetX, y: event.offsetY };
      press(event.offsetX, event.offsetY, event.shiftKey);
    },
    onClick: (event: MouseEvent) => {
      if ((event as unknown as PointerEvent).pointerType === "touch")
        press(event.offsetX, event.offsetY, false);
    },
    onPointerUp: release,
    onPointerCancel: release,
    onKeyDown: enter,
  };
  const turns = useTurning(press);
  const turning = {
    ...turns,
    onPointerLeave,
    onPointerMove: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      point(event);
      turns.onPointerMove(event);
    },
    onKeyDown: (event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
      turns.onKeyDown(event);
      enter(event);
    },
  };
  return { pointer, dropping, turning };
}
