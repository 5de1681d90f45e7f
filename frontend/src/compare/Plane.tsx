/** The map of a run of a comparison: what one does on it is done on all. */
import type { TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { APART, DROPS, turned } from "../stage";
import { usePanning, useZooming } from "../zooming";
import { stageOf, type Told, usePlane } from "./canvases";
import { drop } from "./dropping";
import { camera, orbit, pointer } from "./state";

export interface CanvasProps {
  index: number;
  run: string;
  told: Told;
  label: string;
}

/** Degrees a pixel, and a key press. */
const [A_PIXEL, A_KEY] = [0.4, 5];
/** Pixels within which a press is no drag. */
const STILL = 4;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-A_KEY, 0],
  ArrowRight: [A_KEY, 0],
  ArrowUp: [0, -A_KEY],
  ArrowDown: [0, A_KEY],
};

type Pointed = TargetedPointerEvent<HTMLCanvasElement>;

export function Plane({ index, run, told, label }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  /** Where the last bit of a drag was, and whether it has turned the surface. */
  const dragged = useRef<{ x: number; y: number; turns: boolean } | null>(null);
  const panning = usePanning(camera);
  usePlane(canvas, index, run, told);
  useZooming(
    canvas,
    camera,
    () => false,
    () => orbit.value !== null,
  );
  useEffect(() => () => void (pointer.value = null), []);
  const point = (event: MouseEvent) => {
    const found = stageOf(index)?.placeAt(event.offsetX, event.offsetY) ?? null;
    pointer.value = found && { x: found[0], y: found[1] };
    return pointer.value;
  };
  const press = (event: MouseEvent) => drop(point(event), event.shiftKey ? DROPS.cloud : DROPS.press);
  const drag = (event: Pointed) => {
    const from = dragged.current;
    if (!from) return;
    const [right, down] = [event.clientX - from.x, event.clientY - from.y];
    const far = Math.hypot(right, down);
    if (orbit.value ? !from.turns && far < STILL : far < APART) return;
    dragged.current = { x: event.clientX, y: event.clientY, turns: true };
    if (orbit.value) orbit.value = turned(orbit.value, A_PIXEL * right, A_PIXEL * down);
    else drop(pointer.value, DROPS.drag);
  };
  const release = () => {
    panning.up();
    dragged.current = null;
  };
  return (
    <canvas
      ref={canvas}
      class="stage"
      tabIndex={0}
      role="img"
      data-surface={orbit.value !== null}
      aria-label={`Map of ${label}. Enter puts the cross-hair in the middle, and then a cloud of chains on all${orbit.value ? "; arrow keys turn all" : ""}.`}
      onPointerMove={(event) => {
        point(event);
        if (!panning.move(event)) drag(event);
      }}
      onPointerDown={(event) => {
        point(event);
        // a touch may be the start of a swipe; a tap comes as a click
        if (panning.down(event) || !event.isPrimary) return;
        if (orbit.value) event.currentTarget.setPointerCapture(event.pointerId);
        else if (event.pointerType === "touch") return;
        else press(event);
        dragged.current = { x: event.clientX, y: event.clientY, turns: false };
      }}
      onClick={(event: MouseEvent) => {
        if ((event as PointerEvent).pointerType === "touch" && !orbit.value) press(event);
      }}
      onPointerUp={(event) => {
        if (orbit.value && dragged.current && !dragged.current.turns) press(event);
        release();
      }}
      onPointerCancel={release}
      onPointerLeave={(event) => {
        if (!orbit.value) dragged.current = null;
        if (event.pointerType !== "touch") pointer.value = null;
      }}
      onKeyDown={(event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
        const arrow = event.shiftKey ? undefined : ARROWS[event.key];
        if (event.key === "Enter" && pointer.value) drop(pointer.value, DROPS.cloud);
        else if (event.key === "Enter") pointer.value = { x: camera.value.x, y: camera.value.y };
        else if (event.key === "Escape") pointer.value = null;
        else if (arrow && orbit.value) orbit.value = turned(orbit.value, ...arrow);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
