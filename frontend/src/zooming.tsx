/** Where one looks on a stage: wheel, pinch, drag and keys, and what is said of it. */
import type { Signal } from "@preact/signals";
import type { ComponentChildren, RefObject, TargetedPointerEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { SHOWN_EXTENT } from "./protocol/units";
import { type Camera, HOME, panned, zoomed } from "./stage";
import { significant } from "./words/format";

const STEP = 1.25;

interface Spot {
  x: number;
  y: number;
}

/** Moves what is seen along with the pointer, on a stage so many pixels wide. */
function pan(camera: Signal<Camera>, width: number, from: Spot, to: Spot): void {
  camera.value = panned(camera.value, (from.x - to.x) / width, (to.y - from.y) / width, SHOWN_EXTENT);
}

const KEYS: Record<string, (camera: Camera) => Camera> = {
  "+": (camera) => zoomed(camera, STEP),
  "=": (camera) => zoomed(camera, STEP),
  "-": (camera) => zoomed(camera, 1 / STEP),
  "0": () => HOME,
};
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Does what a key asks of the camera, where the plane is turned by so many degrees; tells whether it is such a key. */
export function zoomKey(camera: Signal<Camera>, event: KeyboardEvent, turn = 0): boolean {
  const arrow = event.shiftKey ? ARROWS[event.key] : undefined;
  const key = KEYS[event.key];
  if (arrow) {
    const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
    const [right, up] = arrow;
    const along: [number, number] = [right * cos + up * sin, up * cos - right * sin];
    camera.value = panned(camera.value, along[0] / 8, along[1] / 8, SHOWN_EXTENT);
  } else if (key) camera.value = key(camera.value);
  return Boolean(arrow || key);
}

/** A drag with Alt, or with the middle button, moves what is seen; each handler tells whether the event was its own. */
export function usePanning(camera: Signal<Camera>) {
  const from = useRef<Spot | null>(null);
  return {
    down: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      if (!event.altKey && event.button !== 1) return false;
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      from.current = { x: event.offsetX, y: event.offsetY };
      return true;
    },
    move: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
      if (!from.current) return false;
      const to = { x: event.offsetX, y: event.offsetY };
      pan(camera, event.currentTarget.clientWidth, from.current, to);
      from.current = to;
      return true;
    },
    up: () => {
      const own = from.current !== null;
      from.current = null;
      return own;
    },
  };
}

/** Wheel and pinch on a canvas. A page that can be scrolled keeps the plain wheel. Nothing is done where `locked` holds;
 * where `turned` does, pixels are no places of a map, and what is in the middle stays there. */
export function useZooming(
  canvas: RefObject<HTMLCanvasElement | null>,
  camera: Signal<Camera>,
  locked: () => boolean = () => false,
  turned: () => boolean = () => false,
): void {
  useEffect(() => {
    const element = canvas.current!;
    const at = (x: number, y: number): [number, number] | [] => {
      if (turned()) return [];
      const box = element.getBoundingClientRect();
      const { x: middle, y: centre, zoom: times } = camera.value;
      const reach = (2 * SHOWN_EXTENT) / times;
      return [
        middle + ((x - box.left) / box.width - 0.5) * reach,
        centre - ((y - box.top) / box.height - 0.5) * reach,
      ];
    };
    const wheel = (event: WheelEvent) => {
      const page = document.scrollingElement;
      const scrolls = page !== null && page.scrollHeight > page.clientHeight + 1;
      if (locked() || (scrolls && !event.ctrlKey && !event.metaKey)) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      const factor = Math.exp((-event.deltaY * lines * (event.ctrlKey ? 4 : 1)) / 500);
      camera.value = zoomed(camera.value, factor, ...at(event.clientX, event.clientY));
    };
    let before: (Spot & { apart: number }) | null = null;
    const pinch = (event: TouchEvent) => {
      const [one, two] = event.touches;
      if (locked() || !one || !two) {
        before = null;
        return;
      }
      event.preventDefault();
      const now = {
        x: (one.clientX + two.clientX) / 2,
        y: (one.clientY + two.clientY) / 2,
        apart: Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY),
      };
      if (before) {
        if (!turned()) pan(camera, element.clientWidth, before, now);
        camera.value = zoomed(camera.value, now.apart / before.apart, ...at(now.x, now.y));
      }
      before = now;
    };
    const options = { passive: false };
    element.addEventListener("wheel", wheel, options);
    for (const name of ["touchstart", "touchmove", "touchend", "touchcancel"] as const)
      element.addEventListener(name, pinch, options);
    return () => {
      element.removeEventListener("wheel", wheel);
      for (const name of ["touchstart", "touchmove", "touchend", "touchcancel"] as const)
        element.removeEventListener(name, pinch);
    };
  }, []);
}

interface LookingProps {
  camera: Signal<Camera>;
  /** Beside the zoom. */
  aside?: string | null;
  /** Below it: what is known of that part of the plane. */
  children: ComponentChildren;
  /** The curves along the upper edge of the stage have their room. */
  below?: boolean;
}

/** Over the stage, where a part of the plane is looked at: which, and the way back. */
export function Looking({ camera, aside, children, below = false }: LookingProps) {
  if (camera.value === HOME) return null;
  return (
    <div class="looking small" data-below={below}>
      <p>
        <span class="mono">×{significant(camera.value.zoom, 2)}</span>
        {aside && <span> {aside}</span>}{" "}
        <button type="button" class="link" onClick={() => (camera.value = HOME)}>
          Whole map
        </button>
      </p>
      <p class="muted">{children}</p>
    </div>
  );
}

export const AS_IT_CAME = "The landscape as it came; nothing is known beyond it.";
