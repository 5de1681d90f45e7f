/** Where one looks on the stage, and the energy that answers for it: wheel, pinch and keys, and maps in time. */
import { computed, effect, signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { Evaluator } from "../energy/evaluator";
import { Maps } from "../energy/maps";
import { Energies, type Moment } from "../energy/newest";
import * as api from "../protocol/api";
import { SHOWN_EXTENT } from "../protocol/units";
import { HOME, panned, type Stage, zoomed } from "../stage";
import {
  active,
  camera,
  drawing,
  dropped,
  history,
  info,
  moment,
  ownMaps,
  rolling,
  stored,
  untrained,
} from "../state";
import { shownFrame } from "./unlearned";

/** Cells along the side of a map: at once while one moves, then in time, and where nothing changes any more. */
const [COARSE, FINE, FINEST] = [40, 128, 256];
/** Milliseconds between two requests for the energy of a run that goes on. */
const RENEWED = 250;
/** Milliseconds for a fine map within which the page's own maps of a run that goes on replace the server's. */
const QUICK = 25;
/** Cells along the side of the map by which the page finds out how fast it is. */
const TRIED = 64;
const STEP = 1.25;

/** Milliseconds that a fine map takes in this page; null until one was made. */
export const cost = signal<number | null>(null);
/** By what the page computes maps. */
const means = signal("");
/** The page maps runs that go on by itself, as fast as their weights come. */
const quick = computed(() => cost.value !== null && cost.value < QUICK);

/** Who computes the map of a run that goes on, and why. */
export const mappedBy = computed(() => {
  if (cost.value === null) return "the server; this page has not tried yet";
  const takes = `this page takes ${Math.round(cost.value)} ms for ${FINE} × ${FINE} by ${means.value}`;
  return quick.value ? `this page; ${takes.replace("this page", "it")}` : `the server; ${takes}`;
});

/** What is told of the close-up: the mass outside of it, and who computed it in which time. */
export const lookedAt = signal<{ outside: number | null; size: number; milliseconds: number } | null>(null);
/** Why the page has no energy of what is on the stage. */
export const unknown = signal<string | null>(null);

const differ = (a: Evaluator["units"], b: Evaluator["units"]) =>
  [0, 1].some((i) => a.center[i] !== b.center[i] || a.unit[i] !== b.unit[i]);

const energies = new Energies(api.energy);
let evaluator: Evaluator | null = null;
let stage: Stage | null = null;
let [asked, pending, renewed] = ["", false, 0];

const maps = new Maps(
  () => new Worker(new URL("../energy/worker.ts", import.meta.url), { type: "module" }),
  (of, { square, values, milliseconds, last, by, why }) => {
    if (last) pending = false;
    const whole = milliseconds * (FINE / square.size) ** 2;
    if (square.size >= TRIED) cost.value = Math.min(cost.value ?? Number.POSITIVE_INFINITY, whole);
    means.value = why ? `${by}, since ${why}` : by;
    if (square.size === TRIED) return;
    if (!evaluator || differ(of.units, evaluator.units)) return;
    if (ownMaps.value) {
      if (square.size === FINE) stage?.takeMap({ values, ...square }, performance.now());
      return;
    }
    stage?.setCloseUp({ field: { values, ...square }, by: of });
    lookedAt.value = { outside: stage?.massOutside ?? null, size: square.size, milliseconds };
  },
  () => {
    threadless = true;
  },
);

const NO_THREAD = "This browser starts no thread for maps: the landscape stays as it came.";
let threadless = false;

/** Steps that the run on the stage has snapshots of. */
let snapshots = { of: "", steps: new Set<number>() };

async function refreshSnapshots(): Promise<void> {
  const run = info.value;
  const of = `${run?.id} ${history.value?.keyframes.length}`;
  if (!run || snapshots.of === of) return;
  snapshots = { of, steps: snapshots.of.startsWith(`${run.id} `) ? snapshots.steps : new Set() };
  const kept = await api.snapshots(run.id).catch(() => []);
  if (snapshots.of === of) snapshots.steps = new Set(kept.map(({ step }) => step));
}

/** The moment on the stage, where its energy can be asked for. */
function shownMoment(): Moment | null {
  const run = info.value;
  const frame = shownFrame.value;
  if (!run || !frame?.landscape || stored.value || untrained.value || drawing.value) return null;
  if (moment.value === null) return { run: run.id, snapshot: null, step: frame.step };
  void refreshSnapshots();
  if (!snapshots.steps.has(moment.value)) return null;
  return { run: run.id, snapshot: moment.value, step: moment.value };
}

/** Sees to it that the stage has the energy that it needs, and the map of where one looks; once a frame. */
export function followLooking(created: Stage, pointed: boolean, now: number): void {
  stage = created;
  const shown = shownMoment();
  const away = camera.value !== HOME;
  const still = shown !== null && (shown.snapshot !== null || !active.value);
  if (
    shown &&
    now >= renewed &&
    (away ||
      pointed ||
      quick.value ||
      dropped.value > 0 ||
      (evaluator === null && cost.value === null) ||
      (shown.snapshot !== null && !rolling.value))
  ) {
    renewed = now + (quick.value ? cost.value! : RENEWED);
    void energies.want(shown);
  }
  unknown.value = threadless ? NO_THREAD : shown ? energies.fault : null;
  const energy = shown && energies.at(shown);
  const units = shownFrame.value?.units;
  if (energy !== (evaluator?.energy ?? null) || (units && evaluator && differ(units, evaluator.units))) {
    evaluator = energy && units ? new Evaluator(energy, units) : null;
    created.setEvaluator(evaluator);
  }
  ownMaps.value = evaluator !== null && quick.value && !away && !still;
  const looking = evaluator !== null && (away || still);
  if (lookedAt.value && !looking) {
    created.setCloseUp(null);
    lookedAt.value = null;
  }
  if (!evaluator || !(looking || quick.value)) {
    if (evaluator && cost.value === null && asked === "") maps.ask(evaluator, created.view, [TRIED]);
    asked = evaluator && cost.value === null ? "tried" : "";
    return;
  }
  const { view } = created;
  const place = `${view.x} ${view.y} ${view.extent}`;
  const what = `${shown?.run} ${evaluator.energy.step} ${place}`;
  if (what === asked || (pending && asked.endsWith(` ${place}`) && !still)) return;
  const moved = !asked.endsWith(` ${place}`);
  asked = what;
  pending = true;
  maps.ask(evaluator, view, [...(moved ? [COARSE] : []), FINE, ...(still ? [FINEST] : [])]);
}

effect(() => {
  if (drawing.value) camera.value = HOME;
});

/** Moves what is seen along with the pointer, on a stage so many pixels wide. */
export function pan(width: number, from: { x: number; y: number }, to: { x: number; y: number }): void {
  camera.value = panned(camera.value, (from.x - to.x) / width, (to.y - from.y) / width, SHOWN_EXTENT);
}

export function zoom(factor: number): void {
  camera.value = zoomed(camera.value, factor);
}

export function wholeMap(): void {
  camera.value = HOME;
}

const KEYS: Record<string, () => void> = {
  "+": () => zoom(STEP),
  "=": () => zoom(STEP),
  "-": () => zoom(1 / STEP),
  "0": wholeMap,
};
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Does what a key asks of the camera; tells whether it is such a key. */
export function zoomKey(event: KeyboardEvent): boolean {
  const arrow = event.shiftKey ? ARROWS[event.key] : undefined;
  if (arrow) camera.value = panned(camera.value, arrow[0] / 8, arrow[1] / 8, SHOWN_EXTENT);
  else if (KEYS[event.key]) KEYS[event.key]!();
  else return false;
  return true;
}

/** Wheel and pinch on a canvas. A page that can be scrolled keeps the plain wheel. */
export function useZooming(canvas: RefObject<HTMLCanvasElement | null>): void {
  useEffect(() => {
    const element = canvas.current!;
    const at = (x: number, y: number): [number, number] => {
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
      if (drawing.value || (scrolls && !event.ctrlKey && !event.metaKey)) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      const factor = Math.exp((-event.deltaY * lines * (event.ctrlKey ? 4 : 1)) / 500);
      camera.value = zoomed(camera.value, factor, ...at(event.clientX, event.clientY));
    };
    let before: { x: number; y: number; apart: number } | null = null;
    const pinch = (event: TouchEvent) => {
      const [one, two] = event.touches;
      if (drawing.value || !one || !two) {
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
        pan(element.clientWidth, before, now);
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
