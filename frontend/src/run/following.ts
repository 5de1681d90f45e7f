/** What ties the page together: the socket's messages become state, and the run on the stage is followed. */
import { batch, effect, untracked } from "@preact/signals";
import { recipeFor } from "../form/fields";
import { choiceOf } from "../form/points";
import { differences, get, set } from "../form/schema";
import * as api from "../protocol/api";
import { Connection, unreadable } from "../protocol/connection";
import { type DecodedFrame, decodeFrame } from "../protocol/frame";
import { type Delivery, Inbox } from "../protocol/inbox";
import type { FrameMessage, Json, Run, ServerMessage } from "../protocol/wire";
import {
  active,
  catalogue,
  catalogueFault,
  cores,
  draft,
  drawing,
  fields,
  fresh,
  history,
  info,
  link,
  metrics,
  mode,
  moment,
  notice,
  ownMaps,
  pace,
  queued,
  rolling,
  runs,
  runsFault,
  step,
  stored,
  tab,
  troubles,
  truth,
} from "../state";
import { toldApart } from "../words/titles";
import { fillGap, openHistory, type RunHistory, reduce, withFrame } from "./history";
import * as list from "./list";
import { loop } from "./loop";
import { Frequency, Pace } from "./pace";
import { isGone, watchReach } from "./reach";
import * as replay from "./replay";
import { mismatch } from "./version";
import { Watching } from "./watching";

const FRAMES_PER_SECOND = 15;
const KEYFRAMES_EVERY = 5000;

export const inbox = new Inbox();
const speed = new Pace();
const drawn = new Frequency();

export const connection = new Connection({
  open: () => new WebSocket(new URL("api/v1/stream", document.baseURI.replace(/^http/, "ws"))),
  store: (message, now) => inbox.store(message, now),
  changed: (state) => {
    link.value = state;
    if (state.state === "open") answered();
  },
  after: (run) => {
    const all = [...followers].map((one) => one.after(run));
    const known = [...all, info.value?.id === run ? (history.value?.seq ?? 0) : null];
    const least = Math.min(...known.filter((after) => after !== null));
    return Number.isFinite(least) ? least : 0;
  },
  roundTrip: (milliseconds) => {
    speed.roundTrip = milliseconds;
  },
});

/** A part of the page that follows runs of its own. */
export interface Follower {
  /** Takes what the socket has brought, of whichever run. */
  receive: (delivery: Delivery, now: number) => void;
  /** The newest sequence number that it knows of a run; null where it does not follow that. */
  after: (run: string) => number | null;
}
export const followers = new Set<Follower>();
export const watching = new Watching(connection);

/** The server is there (again): what was said of its silence is past, and its runs may be others. */
function answered(): void {
  if (notice.value?.text.includes(api.NO_ANSWER)) notice.value = null;
  if (runs.value || runsFault.value) void refreshRuns();
}

const watchRun = (id: string) =>
  watching.want("lab", id, {
    framesPerSecond: tab.value === "compare" ? 0 : FRAMES_PER_SECOND,
    landscapes: !ownMaps.value,
  });

/** Takes what the socket has brought into the state; once an animation frame. */
export function drain(now: number): void {
  if (inbox.empty) return;
  const delivery = inbox.take();
  const { ordered, frames } = delivery;
  batch(() => {
    for (const follower of followers) follower.receive(delivery, now);
    let next = history.value;
    for (const message of ordered) {
      if (message.type === "runs") {
        if (tab.value === "runs") void list.refresh();
        void lookForRun();
      } else if (message.type === "welcome") {
        cores.value = message.cores;
        queued.value = message.waits;
        troubles.value = []; // what still holds is told next
        const text = mismatch(message.version);
        if (text) notice.value = { tone: "fault", text };
      } else if (message.type === "troubles") troubles.value = message.troubles;
      else if (message.type === "error" && !message.run)
        notice.value = { tone: "fault", text: message.message };
      else if (next) next = received(next, message, now);
    }
    for (const { frame, at } of frames) {
      if (!next || frame.run !== next.info.id || next.source !== "server") continue;
      const decoded = readable(frame);
      if (!decoded) continue;
      next = withFrame(next, decoded);
      speed.arrive(frame.step, at);
      speed.drew(at, now);
      drawn.count(now);
    }
    if (next !== history.value) history.value = next;
  });
  if (history.value?.gap !== null && history.value?.gap !== undefined)
    void catchUp(history.value.info.id, history.value.gap);
}

/** A frame as the page takes it; what cannot be read is told, and left out. */
function readable(frame: FrameMessage): DecodedFrame | null {
  try {
    return decodeFrame(frame);
  } catch (error) {
    notice.value = { tone: "fault", text: unreadable(error) };
    return null;
  }
}

/** Whether the run on the stage is still there, after the list of runs has changed: an ended one may be deleted. */
async function lookForRun(): Promise<void> {
  const run = info.value;
  if (!run || stored.value || active.value || history.value?.gone) return;
  await isGone(run.id).catch(() => null); // where the server does not answer, that is told anyway
}

function received(before: RunHistory, message: ServerMessage, now: number): RunHistory {
  const next = reduce(before, message);
  if (message.type === "error" && message.run === before.info.id) void isGone(message.run).catch(() => null);
  if (message.type === "metrics" && next !== before) speed.arrive(message.rows.at(-1)?.step ?? 0, now);
  if (message.type === "run" && next !== before) {
    if (message.info.config_digest !== next.info.config_digest) void refreshConfig(message.run);
    if (runs.value) runs.value = runs.value.map((run) => (run.id === message.run ? message.info : run));
    list.told(message.info);
  }
  return next;
}

/** The run whose config is being fetched, and whether it has changed again meanwhile. */
const fetching = new Map<string, boolean>();

/** Fetches the config of the run on the stage, which has changed. */
async function refreshConfig(id: string): Promise<void> {
  if (fetching.has(id)) {
    fetching.set(id, true);
    return;
  }
  try {
    do {
      fetching.set(id, false);
      const run = await api.getRun(id);
      const known = history.value;
      if (known?.info.id !== id || known.source !== "server") return;
      const { config, config_digest } = run;
      batch(() => {
        history.value = { ...known, info: { ...known.info, config, config_digest } };
        followConfig(known.info, run);
      });
    } while (fetching.get(id));
  } catch (error) {
    const text = `The run's settings have changed, but not here. ${(error as Error).message}`;
    notice.value = { tone: "fault", text };
  } finally {
    fetching.delete(id);
  }
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
    if (history.value?.info.id === id) history.value = fillGap(history.value, rows, events);
  } catch (error) {
    notice.value = {
      tone: "fault",
      text: `Some of this run's history is missing. ${(error as Error).message}`,
    };
    if (history.value?.info.id === id) history.value = { ...history.value, gap: null };
  } finally {
    filling.delete(id);
  }
}

/** Puts a run of the server on the stage and follows it. */
export function follow(run: Run): void {
  const before = info.value;
  if (before && !stored.value && before.id !== run.id) watching.want("lab", before.id, null);
  batch(() => {
    const known = history.value;
    history.value = known?.info.id === run.id ? { ...known, info: run } : openHistory(run, "server");
    draft.value = choiceOf(run.config);
    fresh.value = false;
    drawing.value = false;
    speed.reset();
    step.value = run.step;
    replay.load(replay.serverFilm(run.id, []));
  });
  watchRun(run.id);
  void refreshKeyframes();
  void refreshTruth();
}

/** Fetches the true density of the run on the stage, where it is known. */
export async function refreshTruth(): Promise<void> {
  const run = info.value;
  if (stored.value) return;
  truth.value = null;
  const known = catalogue.value?.datasets.find(({ kind }) => kind === run?.config.dataset.kind);
  if (!run || !known?.has_density) {
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

/** Fetches the newest runs, and what the list shows where it is open. */
export async function refreshRuns(): Promise<void> {
  if (tab.value === "runs") return list.refresh();
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
  if (!keyframes || history.value?.info.id !== id) return;
  replay.extend(keyframes);
  history.value = { ...history.value, keyframes };
}

export async function loadCatalogue(): Promise<void> {
  try {
    const known = await api.catalogue();
    batch(() => {
      catalogue.value = toldApart(known);
      catalogueFault.value = null;
      draft.value ??= recipeFor(known, { kind: known.first.dataset }, known.first.method);
      if (known.problems?.length) notice.value = { tone: "fault", text: known.problems.join("\n") };
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
    watching.want("lab", id, null);
    return;
  }
  drain(performance.now());
  watchRun(id);
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
  let how = "";
  effect(() => {
    const now = `${ownMaps.value} ${tab.value === "compare"}`;
    if (how !== "" && how !== now) untracked(followWhileSeen);
    how = now;
  });
  watchReach();
}
