/** What the address does not have yet when the page is left: the last change, a drawing, a run that was asked for.
 *
 * A tab keeps it, so that a reload at any instant finds all of that again.
 */
import { keepDrawing } from "../actions/choice";
import { packed, unpacked } from "../drawing/packed";
import * as drawing from "../drawing/state";
import { digestOf, type Headings } from "../form/points";
import { keep, kept } from "../kept";
import * as api from "../protocol/api";
import type { Units } from "../protocol/units";
import type { Run, RunConfig } from "../protocol/wire";
import { follow } from "../run/following";
import { asking, draft, drawing as draws, fresh } from "../state";
import { here } from "./here";
import { type Place, placeIn, written } from "./place";

const NAME = "left";

interface Left {
  place: string;
  /** Null where the stage is not drawn on. */
  drawing: { points: string; units: Units; names: readonly string[]; headings: Headings } | null;
  /** What was to be trained, where the server has not answered yet. */
  asked: RunConfig | null;
}

/** Keeps what a reload would lose. */
export function leave(): void {
  const left: Left = {
    place: written(here()),
    drawing: draws.value
      ? {
          points: packed(drawing.drawn.value),
          units: drawing.units.value,
          names: drawing.names.value,
          headings: drawing.headings.value,
        }
      : null,
    asked: asking.value === "start" ? draft.value : null,
  };
  keep(NAME, JSON.stringify(left), "tab");
}

export const forgetLeft = () => keep(NAME, null, "tab");

/** What was left by the page that is reloaded. A browser may load it by an address from before the last change. */
export function leftHere(): Left | null {
  const [way] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const text = way?.type === "reload" ? kept(NAME, "tab") : null;
  if (text === null) forgetLeft();
  return text === null ? null : (JSON.parse(text) as Left);
}

/** The place to come to: where the page was left, or that of the address. */
export const placeToCome = (left: Left | null): Place => placeIn(left?.place ?? location.hash);

/** Puts the drawing back on the stage, and follows the run that was asked for. */
export async function takeUpLeft({ drawing: drew, asked }: Left): Promise<void> {
  if (drew) {
    drawing.take(unpacked(drew.points), drew.units, drew.names, drew.headings);
    draws.value = true;
    if (drawing.count.value > 1) await keepDrawing();
  }
  if (asked) void findAsked(asked);
}

/** Times that the server is asked for a run that it may just be making, and milliseconds between them. */
const LOOKS = 8;
const BETWEEN = 400;

async function findAsked(asked: RunConfig): Promise<void> {
  if (!draft.value || !isLike(asked, draft.value)) return;
  asking.value = "start";
  for (let look = 0; look < LOOKS && !fresh.value; look++) {
    if (look > 0) await new Promise((done) => setTimeout(done, BETWEEN));
    const run = await newest(asked).catch(() => null); // where the server does not answer, that is told anyway
    if (!run || fresh.value) continue;
    follow(run);
    break;
  }
  asking.value = null;
}

/** The newest run, where it goes on and is what was asked for. */
async function newest(asked: RunConfig): Promise<Run | null> {
  const last = (await api.runs()).sort((a, b) => (a.created < b.created ? 1 : -1))[0];
  if (!last || !["queued", "starting", "running"].includes(last.state)) return null;
  const run = await api.getRun(last.id);
  return isLike(asked, run.config) ? run : null;
}

const isLike = (asked: RunConfig, found: RunConfig): boolean =>
  asked.dataset.kind === found.dataset.kind &&
  digestOf(asked.dataset) === digestOf(found.dataset) &&
  asked.method.kind === found.method.kind &&
  (asked.seed ?? 0) === (found.seed ?? 0);
