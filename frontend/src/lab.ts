/** What ties the page together: the socket's messages become state, and the run on the stage is followed. */
import { batch, effect } from "@preact/signals";
import * as api from "./api";
import { Connection } from "./connection";
import { decodeFrame } from "./frame";
import { Inbox } from "./inbox";
import { loop } from "./loop";
import { Frequency, Pace } from "./pace";
import { fillGap, openRecord, type RunRecord, reduce, withFrame } from "./record";
import * as replay from "./replay";
import { differences, get, set } from "./schema";
import { recipeFor } from "./shelf";
import {
  active,
  catalogue,
  catalogueFault,
  draft,
  fields,
  fresh,
  info,
  link,
  metrics,
  mode,
  moment,
  notice,
  pace,
  record,
  rolling,
  runs,
  runsFault,
  step,
  stored,
  truth,
  view,
} from "./state";
import type { Json, Run, ServerMessage } from "./wire";

const FRAMES_PER_SECOND = 15;
const KEYFRAMES_EVERY = 5000;

export const inbox = new Inbox();
const speed = new Pace();
const drawn = new Frequency();

export const connection = new Connection({
  open: () => new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/stream`),
  store: (message, now) => inbox.store(message, now),
  changed: (state) => {
    link.value = state;
  },
  after: (run) => (info.value?.id === run ? (record.value?.seq ?? 0) : 0),
  roundTrip: (milliseconds) => {
    speed.roundTrip = milliseconds;
  },
});

/** Takes what the socket has brought into the state; once an animation frame. */
export function drain(now: number): void {
  if (inbox.empty) return;
  const { ordered, frames } = inbox.take();
  batch(() => {
    let next = record.value;
    for (const message of ordered) {
      if (message.type === "runs") {
        if (view.value === "runs") void refreshRuns();
      } else if (message.type === "error" && !message.run)
        notice.value = { tone: "fault", text: message.message };
      else if (next) next = received(next, message, now);
    }
    for (const { frame, at } of frames) {
      if (!next || frame.run !== next.info.id || next.source !== "server") continue;
      next = withFrame(next, decodeFrame(frame));
      speed.arrive(frame.step, at);
      speed.drew(at, now);
      drawn.count(now);
    }
    if (next !== record.value) record.value = next;
  });
  if (record.value?.gap !== null && record.value?.gap !== undefined)
    void catchUp(record.value.info.id, record.value.gap);
}

function received(before: RunRecord, message: ServerMessage, now: number): RunRecord {
  const next = reduce(before, message);
  if (message.type === "metrics" && next !== before) speed.arrive(message.rows.at(-1)?.step ?? 0, now);
  if (message.type === "run" && next !== before) {
    followConfig(before.info, next.info);
    if (runs.value) runs.value = runs.value.map((run) => (run.id === next.info.id ? next.info : run));
  }
  return next;
}

/** Live settings that changed in the run, by whoever's hand, change in the form too. */
function followConfig(before: Run, after: Run): void {
  const choice = draft.value;
  if (!choice || fresh.value) return;
  const live = new Set(fields.value.filter((field) => field.live).map((field) => field.path));
  for (const path of differences({ ...before.config }, { ...after.config })) {
    if (live.has(path) && path !== "updates")
      draft.value = set(draft.value ?? choice, path, get({ ...after.config } as Json, path) ?? null);
  }
}

const filling = new Set<string>();

async function catchUp(id: string, after: number): Promise<void> {
  if (filling.has(id)) return;
  filling.add(id);
  try {
    const [rows, events] = await Promise.all([api.metricsAfter(id, after), api.eventsAfter(id, after)]);
    if (record.value?.info.id === id) record.value = fillGap(record.value, rows, events);
  } catch (error) {
    notice.value = {
      tone: "fault",
      text: `Some of this run's history is missing. ${(error as Error).message}`,
    };
    if (record.value?.info.id === id) record.value = { ...record.value, gap: null };
  } finally {
    filling.delete(id);
  }
}

/** Puts a run of the server on the stage and follows it. */
export function follow(run: Run): void {
  const before = info.value;
  if (before && !stored.value && before.id !== run.id) connection.unwatch(before.id);
  batch(() => {
    const known = record.value;
    record.value = known?.info.id === run.id ? { ...known, info: run } : openRecord(run, "server");
    draft.value = { ...run.config, updates: run.config.seconds ? null : (run.config.updates ?? null) };
    fresh.value = false;
    view.value = "lab";
    speed.reset();
    step.value = run.step;
    replay.load(replay.serverFilm(run.id, []));
  });
  connection.watch(run.id, FRAMES_PER_SECOND);
  void refreshKeyframes();
  void refreshTruth();
}

/** Fetches the true density of the run on the stage, where it is known. */
export async function refreshTruth(): Promise<void> {
  const run = info.value;
  truth.value = null;
  const known = catalogue.value?.datasets.find(({ kind }) => kind === run?.config.dataset.kind);
  if (!run || stored.value || !known?.has_density) {
    if (mode.value === "truth" || mode.value === "difference") mode.value = "energy";
    return;
  }
  try {
    const density = await api.truth(run.id);
    if (info.value?.id === run.id) truth.value = density;
  } catch (error) {
    notice.value = { tone: "fault", text: `The true density cannot be shown. ${(error as Error).message}` };
  }
}

export async function refreshRuns(): Promise<void> {
  try {
    runs.value = (await api.runs()).sort((a, b) => (a.created < b.created ? 1 : -1));
    runsFault.value = null;
  } catch (error) {
    runsFault.value = (error as Error).message;
  }
}

/** Fetches which keyframes the run on the stage has. */
export async function refreshKeyframes(): Promise<void> {
  const id = info.value?.id;
  if (!id || stored.value) return;
  const keyframes = await api.keyframes(id).catch(() => null);
  if (!keyframes || record.value?.info.id !== id) return;
  replay.extend(keyframes);
  record.value = { ...record.value, keyframes };
}

export async function loadCatalogue(): Promise<void> {
  try {
    const known = await api.catalogue();
    const kinds = known.datasets.map(({ kind }) => kind);
    const dataset = { kind: kinds.includes("pinwheel") ? "pinwheel" : kinds[0]! };
    batch(() => {
      catalogue.value = known;
      catalogueFault.value = null;
      draft.value ??= recipeFor(known, dataset, known.methods[0]!.kind);
      if (known.problems?.length) notice.value = { tone: "fault", text: known.problems.join(" ") };
    });
    void refreshTruth();
  } catch (error) {
    catalogueFault.value = (error as Error).message;
    setTimeout(() => void loadCatalogue(), 3000);
  }
}

/** A hidden tab asks for nothing; seen again, it gets what it missed and the newest frame. */
function followWhileSeen(): void {
  const id = stored.value ? null : info.value?.id;
  if (!id) return;
  if (document.hidden) {
    connection.unwatch(id);
    return;
  }
  drain(performance.now());
  connection.watch(id, FRAMES_PER_SECOND);
}

/** Starts the loop's own work: messages, replays and what counts. */
export function start(): void {
  loop.add({
    every: 0,
    draw: (now) => {
      drain(now);
      replay.advance(now);
      if (moment.value !== null || stored.value) return;
      const moving = info.value?.state === "running" && link.value.state === "open";
      step.value = Math.max(speed.counterAt(now, moving), moving ? 0 : (info.value?.step ?? 0));
    },
  });
  loop.add({
    every: 500,
    draw: (now) => {
      pace.value = {
        updates: metrics.value.updates_per_second ?? speed.updatesPerSecond(now),
        frames: drawn.perSecond(now),
        lag: speed.lag,
      };
    },
  });
  loop.add({
    every: KEYFRAMES_EVERY,
    draw: () => void refreshKeyframes(),
    visible: () => active.value && !rolling.value,
  });
  document.addEventListener("visibilitychange", followWhileSeen);
  effect(() => {
    const run = info.value;
    if (!run) return;
    const hash = !stored.value ? `#run=${encodeURIComponent(run.id)}` : "";
    if (location.hash !== hash) history.replaceState(null, "", location.pathname + location.search + hash);
  });
}
