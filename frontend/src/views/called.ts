/** What the data on the stage call their columns and their classes. */
import { computed } from "@preact/signals";
import { classesOf, className } from "../drawing/drawn";
import * as drawn from "../drawing/state";
import { type Headings, headingsOf, ownPoints, PLAIN } from "../form/points";
import { draft, drawing, info, untrained } from "../state";

const read = computed(() => ownPoints((untrained.value ? draft.value : info.value?.config)?.dataset));

/** The names of x and y; null where they are called just so. */
export const axesCalled = computed<readonly [string, string] | null>(() => {
  const called: Headings | null = drawing.value ? drawn.headings.value : headingsOf(read.value);
  return called && (called[0] !== PLAIN[0] || called[1] !== PLAIN[1]) ? [called[0], called[1]] : null;
});

/** The classes and their names; none where they have none. */
export const classesCalled = computed<{ label: number; name: string }[]>(() => {
  if (!drawing.value) return (read.value?.class_names ?? []).map((name, label) => ({ label, name }));
  const names = drawn.names.value;
  return classesOf(drawn.drawn.value).map((label) => ({ label, name: className(label, names) }));
});
