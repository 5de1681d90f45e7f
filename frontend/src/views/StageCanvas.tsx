/** The canvas of the plane with its map and chains, and what keeps any canvas drawn. */
import { computed, signal } from "@preact/signals";
import type { TargetedKeyboardEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { DecodedFrame } from "../protocol/frame";
import { loop } from "../run/loop";
import { createStage, type Mode, type Readout, type Stage } from "../stage";
import { drawing, dropped, mode, shownLayers, truth, untrained } from "../state";
import { theme } from "../theme";
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
      before: () => {
        readout.value = pointer.current ? created.readout(pointer.current.x, pointer.current.y) : null;
        const now = {
          energy: true,
          density: true,
          truth: created.available("truth"),
          difference: created.available("difference"),
          uncertainty: created.available("uncertainty"),
          softmax: created.available("softmax"),
        };
        const names = Object.keys(now) as Mode[];
        if (names.some((name) => now[name] !== available.value[name])) available.value = now;
        const classifies = mode.value === "uncertainty" || mode.value === "softmax";
        if (classifies && created.available("energy") && !now[mode.value]) mode.value = "energy";
      },
    };
  });
  const [colors, shown, map, density] = [theme.value, withData.value, mode.value, truth.value];
  useEffect(() => stage?.setTheme(colors), [colors]);
  useEffect(() => stage?.setLayers(shown), [shown]);
  useEffect(() => stage?.setMode(map), [map]);
  useEffect(() => stage?.setTruth(null, density), [density]);
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
  const drop = (x: number, y: number, count: number) => {
    if (untrained.value) return;
    stage?.drop(x, y, count);
    dropped.value += count;
  };
  const handlers = {
    onPointerMove: (event: PointerEvent) => {
      pointer.current = { x: event.offsetX, y: event.offsetY };
      const from = dragged.current;
      if (!from || Math.hypot(event.offsetX - from.x, event.offsetY - from.y) < 14) return;
      dragged.current = pointer.current;
      drop(event.offsetX, event.offsetY, CLOUD.drag);
    },
    onPointerLeave: () => {
      pointer.current = null;
      dragged.current = null;
    },
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType === "touch") return; // it may be the start of a scroll; a tap comes as a click
      dragged.current = { x: event.offsetX, y: event.offsetY };
      drop(event.offsetX, event.offsetY, event.shiftKey ? CLOUD.shift : CLOUD.click);
    },
    onClick: (event: MouseEvent) => {
      if ((event as unknown as PointerEvent).pointerType === "touch")
        drop(event.offsetX, event.offsetY, CLOUD.click);
    },
    onPointerUp: () => (dragged.current = null),
    onPointerCancel: () => (dragged.current = null),
    onKeyDown: (event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
      const middle = event.currentTarget.clientWidth / 2;
      if (event.key === "Enter") drop(middle, middle, CLOUD.shift);
    },
  };
  return { pointer, handlers };
}
