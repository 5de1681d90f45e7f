/** What a run is called: by its distribution and method and how it was made, or by the name that a person gave. */
import { computed } from "@preact/signals";
import type { RunSummary } from "../protocol/wire";
import { catalogue, info, nameOf, nameOfChoice, stored, titleOf, untrained } from "../state";

/** ", from 40" of a branch and ", again" of a repeat, as the server adds them to the name of the run before. */
const MADE = /(?:, (?:from \d+|again))+$/;

type Named = Pick<RunSummary, "name" | "method" | "dataset">;

const madeOf = (name: string): string => MADE.exec(name)?.[0] ?? "";

/** The name that a person gave; null where it is the server's own, which tells method and data again. */
export function givenName({ name, method }: Named): string | null {
  return name === "" || name.startsWith(`${method} on `) ? null : name;
}

/** "Pinwheel · Persistent CD, from 40" of a run in a list. */
export function nameOfRun({ dataset, method, name }: Named): string {
  const made = madeOf(name);
  const offer = catalogue.value?.datasets.find(({ kind }) => kind === dataset);
  const own = offer?.table ?? offer?.pictures;
  // a run of points or pictures of one's own is called by them on the server
  const [, data] = (own && name.split(`${method} on `)) || [];
  const called = data?.slice(0, data.length - made.length);
  return `${called && called !== dataset ? called : titleOf(dataset)} · ${titleOf(method)}${made}`;
}

/** What is on the stage: the choice, or the run by its own name. */
export const nameOnStage = computed<string>(() => {
  const run = info.value;
  if (untrained.value || !run) return nameOfChoice.value;
  if (stored.value) return nameOf(run.config);
  return givenName(run) ?? nameOf(run.config) + madeOf(run.name);
});
