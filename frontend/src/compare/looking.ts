/** How all stages of a comparison are looked at, together. */
import { FRONT, type Mode } from "../stage";
import { members, mode, orbit, reference, truth } from "./state";

export function toggleSurface(): void {
  orbit.value = orbit.value ? null : FRONT;
}

/** Shows the difference from the truth, or from a run by its letter. */
export function differFrom(other: string): void {
  reference.value = other;
  mode.value = "difference";
}

/** What the maps can show now. */
export function modes(): Mode[] {
  return truth.value ? ["energy", "density", "truth", "difference"] : ["energy", "density", "difference"];
}

/** What a difference can be from. */
export function references(): string[] {
  return [...(truth.value ? ["truth"] : []), ...members.value.map((_, i) => "ABCD".charAt(i))];
}
