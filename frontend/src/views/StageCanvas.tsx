/** The canvas of the plane with its map and chains, and what keeps any canvas drawn. */
import { computed, signal } from "@preact/signals";
import type { TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { DecodedFrame } from "../protocol/frame";
import { loop } from "../run/loop";
import { createStage, type Mode, type Readout, type Stage } from "../stage";
import { camera, drawing, dropped, mode, shownLayers, truth, untrained } from "../state";
import { theme } from "../theme";
import { followLooking, pan, useZooming } from "./camera";
import { available } from "./Layers";
import { drawingCanvas } from "./strokes";
import { shownFrame } from "./unlearned";

/** Chains that one press starts, one with shift, and each bit of a drag. */
const CLOUD = { click: 12, shift: 64, drag: 3 };

/** What is under the pointer. */
export const readout = signal<Readout | null>(null);
let stage: Stage | null = null;

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
  const { pointer, handlers } = useDropping();
  useZooming(canvas);
  const draws = drawing.value;
  usePainter(canvas, (element) => {
    const created = createStage(element, { theme: theme.value });
    stage = created;
    let bare = "";
    return {
      show: (frame) => {
        // data alone, of whatever name, have nothing of a run beside them
        const name = untrained.value ? frame.run : "";
        if (name !== bare) created.reset();
        bare = name;
        created.show(frame);
      },
      resize: (size, dpr) => created.resize(size, dpr),
      draw: (now) => created.draw(now),
      before: (now) => {
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
        if (classifies && created.available("energy") && !can[mode.value]) mode.value = "energy";
      },
    };
  });
  const [colors, shown, map] = [theme.value, withData.value, mode.value];
  const density = untrained.value ? null : truth.value;
  const looked = camera.value;
  useEffect(() => stage?.look(looked), [looked]);
  useEffect(() => stage?.setTheme(colors), [colors]);
  useEffect(() => stage?.setLayers(shown), [shown]);
  useEffect(() => stage?.setMode(map), [map]);
  useEffect(() => stage?.setTruth(density), [density]);
  return (
    <canvas
      ref={canvas}
      class="stage"
      tabIndex={0}
      role="img"
      aria-label="Energy landscape with data and chains. Enter starts a cloud of chains in the middle."
      {...(draws ? drawingCanvas : handlers)}
    />
  );
}

/** Whoever draws sees what is drawn. */
const withData = computed(() => ({ ...shownLayers.value, data: shownLayers.value.data || drawing.value }));

/** Chains dropped where one presses, drags or taps; also where the pointer is. */
function useDropping() {
  const pointer = useRef<{ x: number; y: number } | null>(null);
  const dragged = useRef<{ x: number; y: number } | null>(null);
  const panned = useRef<{ x: number; y: number } | null>(null);
  const drop = (x: number, y: number, count: number) => {
    if (untrained.value) return;
    stage?.drop(x, y, count);
    dropped.value += count;
  };
  const handlers = {
    onPointerMove: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      pointer.current = { x: event.offsetX, y: event.offsetY };
      if (panned.current) {
        pan(event.currentTarget.clientWidth, panned.current, pointer.current);
        panned.current = pointer.current;
        return;
      }
      const from = dragged.current;
      if (!from || Math.hypot(event.offsetX - from.x, event.offsetY - from.y) < 14) return;
      dragged.current = pointer.current;
      drop(event.offsetX, event.offsetY, CLOUD.drag);
    },
    onPointerLeave: () => {
      pointer.current = null;
      dragged.current = null;
    },
    onPointerDown: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      if (event.altKey || event.button === 1) {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        panned.current = { x: event.offsetX, y: event.offsetY };
        return;
      }
      if (event.pointerType === "touch") return; // it may be the start of a scroll; a tap comes as a click
      dragged.current = { x: event.offsetX, y: event.offsetY };
      drop(event.offsetX, event.offsetY, event.shiftKey ? CLOUD.shift : CLOUD.click);
    },
    onClick: (event: MouseEvent) => {
      if ((event as unknown as PointerEvent).pointerType === "touch")
        drop(event.offsetX, event.offsetY, CLOUD.click);
    },
    onPointerUp: () => (dragged.current = panned.current = null),
    onPointerCancel: () => (dragged.current = panned.current = null),
    onKeyDown: (event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
      const middle = event.currentTarget.clientWidth / 2;
      if (event.key === "Enter") drop(middle, middle, CLOUD.shift);
    },
  };
  return { pointer, handlers };
}
