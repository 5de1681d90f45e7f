/** How pointer, touch and keys draw on the stage's canvas. */
import { computed, signal } from "@preact/signals";
import type { TargetedPointerEvent } from "preact";
import { keepDrawing, stopDrawing } from "../actions/choice";
import { className } from "../drawing/drawn";
import * as drawing from "../drawing/state";
import { type Place, TOOLS } from "../drawing/tools";
import { pointOf, SHOWN_EXTENT } from "../protocol/units";
import { Viewport } from "../stage/viewport";
import { located } from "../words/format";

/** What the last stroke or key did, for those who do not see it. */
export const said = signal("");

/** How many points there are. */
export const told = computed(() => {
  const { value } = drawing.count;
  return `${value.toLocaleString("en")} point${value === 1 ? "" : "s"}`;
});

/** Ends a stroke; what it made is kept at once, so that play trains on what is seen. */
function finish(): void {
  held = null;
  if (drawing.release()) keep();
}

export function takeBack(): void {
  drawing.undo();
  keep();
}

export function bringBack(): void {
  drawing.redo();
  keep();
}

export function clear(): void {
  drawing.clear();
  keep();
}

function keep(): void {
  said.value = told.value;
  if (drawing.count.value > 1) void keepDrawing();
}

const { tool, radius, density, label, names, cursor, units } = drawing;

const KEYS: Record<string, () => void> = {
  "[": () => drawing.setRadius(radius.value / 1.25),
  "]": () => drawing.setRadius(radius.value * 1.25),
  "-": () => drawing.setDensity(Math.min(density.value - 1, density.value / 1.25)),
  "+": () => drawing.setDensity(Math.max(density.value + 1, density.value * 1.25)),
  u: takeBack,
  r: bringBack,
  Escape: () => void stopDrawing(),
  ...Object.fromEntries(TOOLS.map((name) => [name[0], () => (tool.value = name)])),
  ...Object.fromEntries(
    Array.from({ length: drawing.CLASSES }, (_, i) => [String(i), () => (label.value = i)]),
  ),
};
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The key that holds the tool down; null while none does. */
let held: string | null = null;

function touch(key: string): void {
  held = key;
  drawing.press(cursor.value);
}

/** What a key means on the drawing; null where it means nothing. */
function meaning(event: KeyboardEvent): (() => void) | null {
  const key = nameOf(event);
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    if (key === "y" || (key === "z" && event.shiftKey)) return bringBack;
    return key === "z" ? takeBack : null;
  }
  const way = ARROWS[key];
  if (way)
    return () => {
      if (event.shiftKey && held === null) touch(key);
      drawing.nudge(...way);
    };
  if (key !== " " && key !== "Enter") return KEYS[key] ?? null;
  // a spray that is held goes on by time
  return event.repeat && tool.value === "spray" ? () => undefined : () => touch(key);
}

/** Does what a key means on the drawing; tells whether it means something. */
export function typed(event: KeyboardEvent): boolean {
  const action = meaning(event);
  if (!action) return false;
  event.preventDefault();
  action();
  if (action === takeBack || action === bringBack || action === KEYS.Escape) return true;
  const [x, y] = pointOf(units.value, cursor.value.x, cursor.value.y);
  said.value = ARROWS[event.key]
    ? `x ${located(x, units.value.unit[0])}, y ${located(y, units.value.unit[1])}`
    : `${tool.value}, class ${className(label.value, names.value)}, radius ${percent(radius.value)}, density ${density.value}`;
  return true;
}

/** Lifts the tool where a key held it down. */
export function lifted(event: KeyboardEvent): void {
  if (nameOf(event) === held) finish();
}

/** A letter is the same with and without shift. */
const nameOf = ({ key }: KeyboardEvent): string => (key.length === 1 ? key.toLowerCase() : key);

/** A radius as a share of the stage's width. */
export const percent = (radius: number): string => `${((100 * radius) / (2 * SHOWN_EXTENT)).toFixed(1)} %`;

function placeOf(event: TargetedPointerEvent<HTMLCanvasElement>): Place {
  const viewport = new Viewport(event.currentTarget.clientWidth, SHOWN_EXTENT);
  return { x: viewport.atX(event.offsetX), y: viewport.atY(event.offsetY) };
}

/** What the stage's canvas is and does while one draws. */
export const drawingCanvas = {
  role: "application",
  "data-drawing": true,
  "aria-label": "Drawing of your own points",
  "aria-describedby": "drawing-keys",
  onPointerDown: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
    if (!event.isPrimary || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drawing.press(placeOf(event));
  },
  onPointerMove: (event: TargetedPointerEvent<HTMLCanvasElement>) => {
    if (event.isPrimary) drawing.move(placeOf(event));
  },
  onPointerUp: finish,
  onPointerCancel: finish,
  onBlur: finish,
} as const;
