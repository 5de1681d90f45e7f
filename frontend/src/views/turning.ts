/** The surface turned by drag and arrow keys; a press that does not drag is handed on. */
import type { TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useRef } from "preact/hooks";
import { turned } from "../stage";
import { orbit } from "../state";

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

function turn(right: number, up: number): void {
  if (orbit.value) orbit.value = turned(orbit.value, right, up);
}

/** Tells whether a key turns the surface, which it then has done. */
export function turnKey(event: KeyboardEvent): boolean {
  const arrow = event.shiftKey || event.ctrlKey || event.altKey ? undefined : ARROWS[event.key];
  if (!orbit.value || !arrow) return false;
  turn(...arrow);
  return true;
}

export function useTurning(press: (x: number, y: number, shift: boolean) => void) {
  const held = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  return {
    onPointerDown: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      // two fingers look closer
      held.current = event.isPrimary ? { x: event.clientX, y: event.clientY, moved: false } : null;
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      const from = held.current;
      if (!from) return;
      const [right, down] = [event.clientX - from.x, event.clientY - from.y];
      if (!from.moved && Math.hypot(right, down) < STILL) return;
      held.current = { x: event.clientX, y: event.clientY, moved: true };
      turn(A_PIXEL * right, A_PIXEL * down);
    },
    onPointerUp: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      if (held.current && !held.current.moved) press(event.offsetX, event.offsetY, event.shiftKey);
      held.current = null;
    },
    onPointerCancel: () => (held.current = null),
    onKeyDown: (event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
      if (!turnKey(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
