/** Keeps the address at the place that the page is at, and goes to the place of an address that is come to. */
import { effect } from "@preact/signals";
import { arriveAtRest, arriveAtRun } from "./arrive";
import { here } from "./here";
import { isStep, type Place, placeIn, written } from "./place";

/** Milliseconds that a place must last to be written: browsers refuse many changes of the address in a row. */
const LASTS = 200;

let last: Place = { known: {}, settings: [] };
let arriving = 0;

/** Writes the address from now on. */
export function keepAddress(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  write("replaceState");
  effect(() => {
    written(here());
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (arriving === 0) write(isStep(last, here()) ? "pushState" : "replaceState");
    }, LASTS);
  });
  window.addEventListener("popstate", () => void arrive(placeIn(location.hash)));
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
  arriving++;
  before = before.then(() => goTo(place));
  await before;
  arriving--;
  if (arriving === 0) write("replaceState");
}

async function goTo(place: Place): Promise<void> {
  const faults: string[] = [];
  await arriveAtRun(place, faults);
  await arriveAtRest(place, faults);
}
