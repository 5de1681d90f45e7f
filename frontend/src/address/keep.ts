/** Keeps the address at the place that the page is at, and goes to the place of an address that is come to. */
import { effect } from "@preact/signals";
import { arriveAtRest, arriveAtRun } from "./arrive";
import { here } from "./here";
import { forgetLeft, leave } from "./leaving";
import { type Place, placeIn, stepTo, written } from "./place";

/** Milliseconds that a place must last to be written: browsers refuse many changes of the address in a row. Steps are
 * written at once; several of one kind within this time are one. */
const LASTS = 200;

let last: Place = { known: {}, settings: [] };
let stepped = { kind: "", at: Number.NEGATIVE_INFINITY };
let arriving = 0;

/** Writes the address from now on. */
export function keepAddress(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  if (arriving === 0) write("replaceState");
  effect(() => {
    const place = here();
    clearTimeout(timer);
    if (arriving > 0) return;
    const kind = stepTo(last, place);
    if (kind) step(kind);
    else timer = setTimeout(() => arriving === 0 && write("replaceState"), LASTS);
  });
  window.addEventListener("popstate", () => void arrive(placeIn(location.hash)));
  window.addEventListener("pagehide", () => arriving === 0 && leave());
}

function step(kind: string): void {
  const at = performance.now();
  write(kind === stepped.kind && at - stepped.at < LASTS ? "replaceState" : "pushState");
  stepped = { kind, at };
}

function write(how: "pushState" | "replaceState"): void {
  last = here();
  const hash = written(last);
  if (location.hash === hash) return;
  window.history[how](null, "", location.pathname + location.search + hash);
}

let before: Promise<void> = Promise.resolve();

/** Goes to a place that the browser has come to, after those that it came to before. */
async function arrive(place: Place): Promise<void> {
  forgetLeft();
  before = before.then(() => goTo(place));
  await holding(before);
}

/** Leaves the address as it is until the page has come to what it says. */
export async function holding(way: Promise<void>): Promise<void> {
  arriving++;
  await way;
  arriving--;
  if (arriving > 0) return;
  forgetLeft();
  write("replaceState");
}

async function goTo(place: Place): Promise<void> {
  const faults: string[] = [];
  await arriveAtRun(place, faults);
  await arriveAtRest(place, faults);
}
