/** One update of the run on the stage in slow motion. */
import { slowUpdate } from "../actions/runs";
import { get, isObject } from "../form/schema";
import type { Json, RunConfig } from "../protocol/wire";
import { catalogue, info, moment, orbit, tab, untrained } from "../state";
import { moveOf } from "../words/equations";
import { decodeMotion } from "./motion";
import { begin, type Shown } from "./state";

/** Makes one update of the run on the stage, which is paused for it, and shows its phases. */
export const slowMotion = () => begin(update);

async function update(): Promise<Shown | null> {
  const run = info.value;
  const wire = run && (await slowUpdate());
  if (!wire) return null;
  orbit.value = null; // arrows lie on the map
  return {
    motion: decodeMotion(wire, "Update", formulasOf(run.config)),
    next: update,
    holds: () => {
      const now = info.value;
      const still = now?.id === run.id && (now.state === "paused" || now.state === "finished");
      return still && tab.value === "lab" && moment.value === null && !untrained.value;
    },
  };
}

/** The method's equation, and the move of its sampler where it has one. */
export function formulasOf(config: RunConfig): string[] {
  const method = catalogue.value?.methods.find(({ kind }) => kind === config.method.kind);
  const sampler = get({ ...config } as Json, "method.sampler");
  return [method?.equation ?? "", ...(isObject(sampler) ? movesOf(sampler) : [])].filter((tex) => tex !== "");
}

/** The move of a sampler as its settings have it. */
export function movesOf(sampler: { [name: string]: Json }): string[] {
  const moves = catalogue.value?.samplers.find(({ kind }) => kind === sampler.kind)?.moves ?? {};
  const move = moveOf(moves, sampler);
  return move === null ? [] : [move];
}
