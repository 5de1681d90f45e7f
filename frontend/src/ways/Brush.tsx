/** The start of a way, and the hole that one brushes into it by pointer, touch or keys. */
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { NumericArray } from "../protocol/frame";
import { brushed, type Hole, isOpen, pixelBeside } from "./hole";
import { Picture } from "./Picture";
import { change } from "./state";

/** Where keys brush; null until a key is pressed. */
const cursor = signal<[number, number] | null>(null);
const said = signal("");

const BRUSH = {
  class: "brush",
  role: "application",
  tabIndex: 0,
  "aria-label":
    "Start: brush a hole, and the chain fills it. Arrow keys move the brush, space brushes, shift and arrow brush along.",
} as const;

export function Brush({ image, hole }: { image: NumericArray; hole: Hole }) {
  const stroke = useRef<{ hole: Hole; from: [number, number] } | null>(null);
  const drawn = useRef<HTMLDivElement>(null);
  const draft = useRef(signal<Hole | null>(null)).current;
  const shown = draft.value ?? hole;
  const placeOf = (event: PointerEvent): [number, number] => {
    const { left, top, width } = drawn.current!.getBoundingClientRect();
    const scale = hole.width / width;
    return [(event.clientX - left) * scale, (event.clientY - top) * scale];
  };
  const along = (to: [number, number]) => {
    if (!stroke.current) return;
    stroke.current = { hole: brushed(stroke.current.hole, stroke.current.from, to), from: to };
    draft.value = stroke.current.hole;
  };
  const finish = () => {
    if (stroke.current) keep(stroke.current.hole);
    stroke.current = draft.value = null;
  };
  const keep = (next: Hole) => {
    said.value = `${next.open.filter(Boolean).length} pixels are open`;
    change({ hole: next });
  };
  const spot = cursor.value;
  const hand = {
    onPointerDown: (event: PointerEvent) => {
      if (!event.isPrimary || event.button !== 0) return;
      drawn.current!.setPointerCapture(event.pointerId);
      const from = placeOf(event);
      stroke.current = { hole, from };
      cursor.value = null;
      along(from);
    },
    onPointerMove: (event: PointerEvent) => along(placeOf(event)),
    onPointerUp: finish,
    onPointerCancel: finish,
    onKeyDown: (event: KeyboardEvent) => {
      const from = cursor.value ?? [Math.floor(hole.width / 2), Math.floor(hole.height / 2)];
      const next = pixelBeside(hole, from, event.key);
      if (!next && event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      cursor.value = next ?? from;
      const [x, y] = cursor.value;
      said.value = `column ${x + 1}, row ${y + 1}`;
      if (!next || event.shiftKey) {
        const middle: [number, number] = [x + 0.5, y + 0.5];
        keep(brushed(hole, middle, middle));
      }
    },
  };
  return (
    <div ref={drawn} {...BRUSH} style={{ aspectRatio: `${hole.width} / ${hole.height}` }} {...hand}>
      <Picture image={image} label="" />
      <svg viewBox={`0 0 ${hole.width} ${hole.height}`} aria-hidden="true">
        {isOpen(shown) && <path class="open" d={outline(shown)} />}
        {spot && <rect class="spot" x={spot[0]} y={spot[1]} width={1} height={1} />}
      </svg>
      <p class="hidden-visually" role="status">
        {said.value}
      </p>
    </div>
  );
}

/** The open pixels as squares. */
const outline = ({ open, width }: Hole): string =>
  open.map((yes, i) => (yes ? `M${i % width} ${Math.floor(i / width)}h1v1h-1z` : "")).join("");
