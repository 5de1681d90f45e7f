/** The drawing on the stage: its points, its tool, and how strokes of pointer and keys change it. */
import { batch, computed, signal } from "@preact/signals";
import { type Headings, PLAIN } from "../form/points";
import type { DecodedFrame } from "../protocol/frame";
import { SHOWN_EXTENT, type Units, unitsOf } from "../protocol/units";
import { uniform } from "../stage/random";
import { added, classesOf, countOf, type Drawn, erased, NOTHING } from "./drawn";
import { frameOf } from "./frame";
import { begun, type Past, redone, stroked, undone } from "./past";
import { along, DABS_A_SECOND, DENSITIES, dab, inUnits, type Place, RADII, spray, type Tool } from "./tools";

/** The units of a drawing that begins with nothing. */
export const EMPTY_UNITS = unitsOf([
  [-4, 4],
  [-4, 4],
]);
/** Classes that can be drawn. */
export const CLASSES = 10;
/** Radii between two dabs of a stroke, and between two places that the arrow keys reach. */
const SPACING = 1 / 2;

export const tool = signal<Tool>("brush");
/** In positions of the stage. */
export const radius = signal(0.35);
export const density = signal(12);
export const label = signal(0);
/** Where the tool is, in positions of the stage. */
export const cursor = signal<Place>({ x: 0, y: 0 });
export const units = signal<Units>(EMPTY_UNITS);
/** What the classes of the file that is drawn on are called, in their order. */
export const names = signal<readonly string[]>([]);
/** What its columns are called. */
export const headings = signal<Headings>(PLAIN);
const past = signal<Past>(begun(NOTHING));

/** What the stroke that goes on has made of the drawing; null between strokes. */
const stroke = signal<Drawn | null>(null);
const random = uniform(Date.now());
let owed = 0;
let last = Number.NaN;

export const drawn = computed(() => stroke.value ?? past.value.drawn);
export const count = computed(() => countOf(drawn.value));
export const several = computed(() => classesOf(drawn.value).length > 1);
export const undoable = computed(() => past.value.before.length > 0);
export const redoable = computed(() => past.value.after.length > 0);
export const drawingFrame = computed<DecodedFrame>(() => frameOf(drawn.value, units.value));

/** What was begun with nothing, while points of a file are drawn on. */
let aside: Past = begun(NOTHING);

/** Begins with given points, which cannot be undone. */
export function take(
  points: Drawn,
  within: Units,
  called: readonly string[] = [],
  columns: Headings = PLAIN,
): void {
  if (units.value === EMPTY_UNITS) aside = past.value;
  begin(begun(points), within, called, columns);
}

/** Goes on with what was begun with nothing, or begins so. */
export function takeOwn(): void {
  if (units.value !== EMPTY_UNITS) begin(aside, EMPTY_UNITS, [], PLAIN);
}

function begin(from: Past, within: Units, called: readonly string[], columns: Headings): void {
  batch(() => {
    units.value = within;
    names.value = called;
    headings.value = columns;
    past.value = from;
    stroke.value = null;
    cursor.value = { x: 0, y: 0 };
  });
}

/** The tool touches the stage at a place, and stays there until `release`. */
export function press(at: Place): void {
  batch(() => {
    stroke.value = drawn.value;
    cursor.value = at;
    apply(at);
  });
  owed = 0;
  last = Number.NaN;
}

/** The tool moves; where it touches the stage, it draws on the way. */
export function move(to: Place): void {
  if (!stroke.value) {
    cursor.value = to;
    return;
  }
  if (tool.value === "spray") cursor.value = to;
  batch(() => {
    // the brush stays behind by less than its spacing, so that slow strokes are as dense as quick ones
    for (const place of along(cursor.value, to, SPACING * radius.value)) {
      apply(place);
      cursor.value = place;
    }
  });
}

/** The spray goes on by the time since the last call. */
export function hold(now: number): void {
  if (!stroke.value || tool.value !== "spray") return;
  owed += Number.isNaN(last) ? 0 : Math.min((now - last) / 1000, 0.1) * DABS_A_SECOND * density.value;
  last = now;
  const { x, y } = cursor.value;
  const due = Math.floor(owed);
  owed -= due;
  add(spray(x, y, radius.value, due, random));
}

/** Ends the stroke; tells whether it changed something. */
export function release(): boolean {
  const now = stroke.value;
  if (!now) return false;
  const before = past.value;
  batch(() => {
    past.value = stroked(before, now);
    stroke.value = null;
  });
  return past.value !== before && now !== before.drawn;
}

function apply({ x, y }: Place): void {
  const [wide, dense] = [radius.value, density.value];
  if (tool.value === "eraser") stroke.value = erased(drawn.value, units.value, x, y, wide);
  else add((tool.value === "brush" ? dab : spray)(x, y, wide, dense, random));
}

function add(positions: number[]): void {
  stroke.value = added(drawn.value, inUnits(units.value, positions), label.value);
}

export function undo(): void {
  if (!stroke.value) past.value = undone(past.value);
}

export function redo(): void {
  if (!stroke.value) past.value = redone(past.value);
}

export function clear(): void {
  if (!stroke.value && count.value > 0) past.value = stroked(past.value, NOTHING);
}

/** Moves the tool by so many spacings; at the edge of the stage it stays. */
export function nudge(across: number, up: number): void {
  const held = (value: number) => Math.min(Math.max(value, -SHOWN_EXTENT), SHOWN_EXTENT);
  const { x, y } = cursor.value;
  move({ x: held(x + across * SPACING * radius.value), y: held(y + up * SPACING * radius.value) });
}

export const setRadius = (wanted: number): void => {
  radius.value = Math.min(Math.max(wanted, RADII.least), RADII.most);
};
export const setDensity = (wanted: number): void => {
  density.value = Math.min(Math.max(Math.round(wanted), DENSITIES.least), DENSITIES.most);
};
