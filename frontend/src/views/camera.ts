/** The energy that answers for where one looks on the lab's stage: maps in time. */
import { computed, effect, signal } from "@preact/signals";
import { Evaluator } from "../energy/evaluator";
import { Maps } from "../energy/maps";
import { Energies, type Moment } from "../energy/newest";
import * as api from "../protocol/api";
import { HOME, type Stage } from "../stage";
import {
  active,
  camera,
  drawing,
  dropped,
  history,
  info,
  moment,
  ownMaps,
  recordedFrame,
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
let snapshots = { of: "", steps: new Set<number>(), known: false };

async function refreshSnapshots(): Promise<void> {
  const run = info.value;
  const of = `${run?.id} ${history.value?.keyframes.length}`;
  if (!run || snapshots.of === of) return;
  const steps: Set<number> = snapshots.of.startsWith(`${run.id} `) ? snapshots.steps : new Set();
  snapshots = { of, steps, known: false };
  const kept = await api.snapshots(run.id).catch(() => []);
  if (snapshots.of === of) snapshots = { of, steps: new Set(kept.map(({ step }) => step)), known: true };
}

/** The moment on the stage, where its energy can be asked for. */
function shownMoment(): Moment | null {
  const run = info.value;
  const frame = shownFrame.value;
  if (!run || !frame?.landscape || stored.value || untrained.value || drawing.value) return null;
  if (recordedFrame.value) return null;
  if (moment.value === null) return { run: run.id, snapshot: null, step: frame.step };
  void refreshSnapshots();
  if (!snapshots.steps.has(moment.value)) return null;
  return { run: run.id, snapshot: moment.value, step: moment.value };
}

/** Whether the energy of the moment of the past on the stage is still to come: chains that are dropped wait for it, so
 * that they go by nothing else, and the same seed gives the same path. */
function comes(shown: Moment | null): boolean {
  if (moment.value === null || rolling.value || stored.value || untrained.value) return false;
  if (shown === null) return !snapshots.known && !threadless;
  return shown.snapshot !== null && energies.at(shown) === null && energies.fault === null;
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
  created.hold(comes(shown));
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
