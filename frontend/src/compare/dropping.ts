/** Chains dropped in a comparison: on every stage from the same starts, with the same seeds. */
import type { Drop } from "../stage";
import { stageOf } from "./canvases";
import { dropped, members } from "./state";

const stages = () => members.value.flatMap((_, i) => stageOf(i) ?? []);

/** Drops chains at a place on all stages; on none where one of them does not know the energy there. */
export function drop(at: { x: number; y: number } | null, [count, spread]: Drop): void {
  const all = stages();
  if (!at || all.length === 0 || !all.every((stage) => stage.reaches(at.x, at.y))) return;
  for (const stage of all) stage.dropAt(at.x, at.y, count, spread);
  dropped.value += count;
}

export function clearDropped(): void {
  for (const stage of stages()) stage.clearDropped();
  dropped.value = 0;
}
