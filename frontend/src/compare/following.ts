/** Follows the runs of a comparison: all that the socket brings of them, as many frames together as one viewer takes. */
import { batch, effect, untracked } from "@preact/signals";
import * as api from "../protocol/api";
import { decodeFrame } from "../protocol/frame";
import type { Delivery } from "../protocol/inbox";
import type { FrameMessage, Run } from "../protocol/wire";
import { followers, watching } from "../run/following";
import { fillGap, openHistory, type RunHistory, reduce } from "../run/history";
import { loop } from "../run/loop";
import { serverFilm } from "../run/replay";
import { HOME } from "../stage";
import { catalogue, tab, titleOf } from "../state";
import { goesOn } from "./clock";
import { refusal } from "./comparable";
import { Reel } from "./frames";
import {
  camera,
  fault,
  letterOf,
  type Member,
  members,
  mode,
  onStages,
  plan,
  pointer,
  position,
  reference,
  rolling,
  truth,
} from "./state";

/** Frames a second of all runs together: no more than of the one run that is on the lab's stage. */
export const FRAMES_PER_SECOND = 15;
const KEYFRAMES_EVERY = 4000;
const WHO = "compare";

/** Opens a comparison of runs; the first of each group is shown, the others repeat it. Refuses what cannot be compared.
 *
 * It is looked at as at first, unless `look` sets something else.
 */
export async function open(groups: string[][], look?: () => void): Promise<boolean> {
  const found: Run[][] = [];
  try {
    for (const group of groups) found.push(await Promise.all(group.map((id) => api.getRun(id))));
  } catch (error) {
    const gone = error instanceof api.Refusal && error.status === 404;
    fault.value = gone
      ? "A run of this comparison is no longer here: choose others under Runs."
      : (error as Error).message;
    return false;
  }
  return show(found, look);
}

/** Shows a comparison of runs that are known. */
export function show(groups: Run[][], look?: () => void): boolean {
  const shown = groups.map((group) => group[0]!);
  const why = refusal(
    shown.map(({ config }, i) => ({
      name: `${letterOf(i)} (${titleOf(config.method.kind)})`,
      dataset: config.dataset,
    })),
    titleOf,
  );
  if (why) {
    fault.value = why;
    return false;
  }
  leave();
  batch(() => {
    fault.value = null;
    onStages.value = [];
    members.value = groups.map(([first, ...others]) => ({
      history: openHistory(first!, "server"),
      reel: new Reel(),
      film: serverFilm(first!.id, []),
      repeats: others.map((run) => openHistory(run, "server")),
    }));
    plan.value = shown.map(({ config }) => config);
    position.value = null;
    rolling.value = false;
    truth.value = null;
    pointer.value = null;
    camera.value = HOME;
    if (mode.value !== "density") mode.value = "energy";
    reference.value = "truth";
    tab.value = "compare";
    look?.();
  });
  follow();
  void refreshKeyframes(true);
  void refreshTruth(shown[0]!);
  return true;
}

/** Watches what is compared while it is seen, and nothing otherwise. */
function follow(): void {
  const seen = tab.value === "compare" && !document.hidden;
  const shown = members.value;
  const framesPerSecond = FRAMES_PER_SECOND / Math.max(1, shown.length);
  for (const { history, repeats } of shown) {
    watching.want(WHO, history.info.id, seen ? { framesPerSecond, landscapes: true } : null);
    for (const { info } of repeats)
      watching.want(WHO, info.id, seen ? { framesPerSecond: 0, landscapes: false } : null);
  }
}

/** Stops following what is compared; the runs go on. */
function leave(): void {
  for (const { history, repeats } of members.value)
    for (const { info } of [history, ...repeats]) watching.want(WHO, info.id, null);
}

function receive({ ordered, frames }: Delivery): void {
  if (members.value.length === 0) return;
  let changed = false;
  const next = members.value.map((member) => {
    const then = ordered.reduce(received, member);
    const frame = frames.find((one) => one.frame.run === member.history.info.id)?.frame;
    const next = frame ? withFrame(then, frame) : then;
    changed ||= next !== member;
    return next;
  });
  if (changed) members.value = next;
  for (const { history, repeats } of next)
    for (const run of [history, ...repeats]) if (run.gap !== null) void catchUp(run.info.id, run.gap);
}

function received(member: Member, message: Delivery["ordered"][number]): Member {
  const history = reduce(member.history, message);
  const repeats = member.repeats.map((run) => reduce(run, message));
  const same = history === member.history && repeats.every((run, i) => run === member.repeats[i]);
  if (same) return member;
  if (goesOn(member.history) && !goesOn(history)) void refreshKeyframes(true);
  return { ...member, history, repeats };
}

/** Frames are no news for what is told of a run: only its reel gets them. */
function withFrame(member: Member, frame: FrameMessage): Member {
  try {
    member.reel.add(decodeFrame(frame));
    return member;
  } catch (error) {
    return { ...member, history: { ...member.history, error: (error as Error).message } };
  }
}

/** Puts another history of a run into the comparison. */
function put(id: string, change: (run: RunHistory) => RunHistory): void {
  const changed = (run: RunHistory) => (run.info.id === id ? change(run) : run);
  members.value = members.value.map((member) => ({
    ...member,
    history: changed(member.history),
    repeats: member.repeats.map(changed),
  }));
}

const filling = new Set<string>();

async function catchUp(id: string, after: number): Promise<void> {
  if (filling.has(id)) return;
  filling.add(id);
  try {
    const [rows, events] = await Promise.all([api.metricsAfter(id, after), api.eventsAfter(id, after)]);
    put(id, (run) => fillGap(run, rows, events));
  } catch (error) {
    put(id, (run) => ({ ...run, gap: null, error: (error as Error).message }));
  } finally {
    filling.delete(id);
  }
}

/** Fetches which moments the runs have: of those that go on now and then, of ended ones once. */
async function refreshKeyframes(all = false): Promise<void> {
  const wanted = members.value.filter(({ history }) => all || goesOn(history));
  await Promise.all(
    wanted.map(async ({ history, film }) => {
      const keyframes = await api.keyframes(history.info.id).catch(() => null);
      if (!keyframes) return; // asked again in a moment
      film.keyframes = keyframes;
      put(history.info.id, (run) => ({ ...run, keyframes }));
    }),
  );
}

async function refreshTruth(run: Run): Promise<void> {
  const known = catalogue.value?.datasets.find(({ kind }) => kind === run.config.dataset.kind);
  const has = known?.has_density ?? true;
  const density = has ? await api.truth(run.id).catch(() => null) : null; // data without one are refused
  if (members.value[0]?.history.info.id !== run.id) return;
  truth.value = density;
  if (density || !(mode.value === "truth" || (mode.value === "difference" && reference.value === "truth")))
    return;
  mode.value = "energy";
  fault.value = "The true density of these data is not known, so the maps show the energy instead.";
}

followers.add({
  receive,
  after: (run) => {
    const all = members.value.flatMap(({ history, repeats }) => [history, ...repeats]);
    return all.find(({ info }) => info.id === run)?.seq ?? null;
  },
});

/** Begins to follow what is compared; once. */
export function startFollowing(): void {
  loop.add({
    every: KEYFRAMES_EVERY,
    draw: () => void refreshKeyframes(),
    visible: () => tab.value === "compare",
  });
  document.addEventListener("visibilitychange", follow);
  let seen = false;
  effect(() => {
    const now = tab.value === "compare";
    if (now !== seen) untracked(follow);
    seen = now;
  });
}
