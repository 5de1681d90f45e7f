/** Tiles under a hand: pointed at by pointer or arrow keys, and opened by a press, a tap or Enter. */
import type { TargetedKeyboardEvent, TargetedMouseEvent, TargetedPointerEvent } from "preact";
import { tileAt, tileBeside } from "./tiles";

export interface Hand {
  count: () => number;
  /** The tile that is pointed at. */
  pointed: { value: number | null };
  /** Null where none opens. */
  open: ((number: number) => void) | null;
  /** An arrow key has led to another tile. */
  led?: () => void;
}

/** What a canvas of tiles does with pointer and keys. */
export function handOn({ count, pointed, open, led }: Hand) {
  const under = ({ offsetX, offsetY, currentTarget }: TargetedMouseEvent<HTMLCanvasElement>) =>
    tileAt(offsetX, offsetY, currentTarget.clientWidth, count());
  const point = (event: TargetedPointerEvent<HTMLCanvasElement>) => {
    pointed.value = under(event);
  };
  return {
    onPointerMove: point,
    onPointerDown: point,
    onClick: (event: TargetedMouseEvent<HTMLCanvasElement>) => {
      const number = under(event);
      if (number !== null) open?.(number);
    },
    onPointerLeave: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      if (event.pointerType !== "touch") pointed.value = null;
    },
    onKeyDown: (event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
      if (event.key === "Enter" && open) {
        event.preventDefault();
        event.stopPropagation();
        return open(pointed.value ?? 0);
      }
      const next = tileBeside(pointed.value, event.key, count());
      if (next === null) return;
      event.preventDefault();
      event.stopPropagation();
      pointed.value = next;
      led?.();
    },
  };
}
