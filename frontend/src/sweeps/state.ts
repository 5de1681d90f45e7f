/** The sweeps that the page knows: the list, the one that is looked at, and what is looked at of it. */
import { batch, computed, signal } from "@preact/signals";
import * as api from "../protocol/api";
import type { Sweep, SweepPlan, SweepSummary } from "../protocol/wire";
import { loop } from "../run/loop";
import { tab } from "../state";
import { axesOf, figuresOf } from "./reading";

export const NEW = "new";

export const sweeps = signal<SweepSummary[] | null>(null);
/** The sweep that is looked at, by its id; NEW while one is described. */
export const chosen = signal<string | null>(null);
export const sweep = signal<Sweep | null>(null);
export const fault = signal<string | null>(null);
/** Keys of the runs of the cell that was pressed. */
export const picked = signal<string[] | null>(null);

/** What is being described. */
export const toml = signal("");
export const plan = signal<SweepPlan | null>(null);
/** What is wrong with it, a line each. */
export const wrong = signal<string[]>([]);
export const busy = signal(false);

const wantedFigure = signal<string | null>(null);
const wantedAcross = signal<string | null>(null);
const wantedDown = signal<string | null>(null);
export const choose = { figure: wantedFigure, across: wantedAcross, down: wantedDown };

export const figures = computed(() => (sweep.value ? figuresOf(sweep.value) : []));
export const axes = computed(() => (sweep.value ? axesOf(sweep.value) : []));
export const figure = computed(() => among(wantedFigure.value, figures.value) ?? figures.value[0] ?? null);
export const across = computed(() => {
  const usual = axes.value.includes("dataset.kind") ? "dataset.kind" : axes.value[0];
  return among(wantedAcross.value, axes.value) ?? usual ?? null;
});
export const down = computed(() => {
  const others = axes.value.filter((path) => path !== across.value);
  const usual = others.includes("method.kind") ? "method.kind" : others[0];
  return among(wantedDown.value, others) ?? usual ?? null;
});

const among = (wanted: string | null, there: string[]) => (wanted && there.includes(wanted) ? wanted : null);

/** Milliseconds between two looks at a sweep that goes on. */
const EVERY = 2000;

/** Does what may be refused, and tells why it was. */
async function attempt<T>(request: () => Promise<T>): Promise<T | null> {
  try {
    const answer = await request();
    fault.value = null;
    return answer;
  } catch (error) {
    if (!(error instanceof api.Refusal)) throw error;
    fault.value = error.message;
    return null;
  }
}

export async function refreshSweeps(): Promise<void> {
  const found = await attempt(api.sweeps);
  if (found) sweeps.value = found;
}

export async function refreshSweep(): Promise<void> {
  const id = chosen.value;
  if (id === null || id === NEW) return;
  const found = await attempt(() => api.sweep(id));
  if (found && chosen.value === id) sweep.value = found;
}

/** Looks at a sweep. */
export function look(id: string): void {
  batch(() => {
    if (sweep.value?.id !== id) sweep.value = null;
    chosen.value = id;
    picked.value = null;
    fault.value = null;
    tab.value = "sweep";
  });
  if (id !== NEW) void refreshSweep();
}

/** Asks whether what is described can be a sweep. */
export async function check(): Promise<void> {
  await described(async () => {
    plan.value = await api.planSweep(toml.value);
  });
}

export async function start(): Promise<void> {
  await described(async () => look((await api.createSweep(toml.value)).id));
}

async function described(request: () => Promise<void>): Promise<void> {
  busy.value = true;
  batch(() => {
    plan.value = null;
    wrong.value = [];
  });
  try {
    await request();
  } catch (error) {
    if (!(error instanceof api.Refusal)) throw error;
    const told = error.faults.map((one) => [one.path, api.faultText(one)].filter(Boolean).join(": "));
    wrong.value = told.length > 0 ? told : [error.message];
  } finally {
    busy.value = false;
  }
}

export async function pause(id: string): Promise<void> {
  busy.value = true;
  await attempt(() => api.pauseSweep(id));
  busy.value = false;
  await refreshSweep();
}

export async function resume(id: string): Promise<void> {
  await attempt(() => api.resumeSweep(id));
  await refreshSweep();
}

export async function remove(id: string, withRuns: boolean): Promise<boolean> {
  const done = await attempt(async () => {
    await api.deleteSweep(id, withRuns);
    return true;
  });
  if (done) await refreshSweeps();
  return done ?? false;
}

loop.add({
  every: EVERY,
  visible: () => tab.value === "sweep" && sweep.value?.state === "running",
  draw: () => void refreshSweep(),
});
loop.add({
  every: EVERY,
  visible: () => tab.value === "runs" && (sweeps.value?.some(({ state }) => state === "running") ?? false),
  draw: () => void refreshSweeps(),
});
