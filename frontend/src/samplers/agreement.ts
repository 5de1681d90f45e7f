/** Whether chains agree, in words: what a figure teaches of a sampler on this energy. */
import type { PlugInConfig } from "../protocol/wire";
import { fixed, significant } from "../words/format";
import type { Sampled } from "./sampling";

type Figures = Pick<Sampled["figures"], "r_hat" | "mixing" | "steps_needed">;

/** A sentence on how the chains of a sampler mixed; null where they agree. */
export function disagreement({ mixing, steps_needed }: Figures, sampler: PlugInConfig): string | null {
  if (mixing === null)
    return "The chains follow a schedule to its end, so that they are never alike for long: R-hat and effective draws say nothing of them.";
  if (mixing === "apart") {
    return "The chains are apart: each has settled in a place of its own, and no step of this sampler crosses. More steps will not help; a higher temperature lowers the barrier, larger steps may jump it.";
  }
  if (mixing !== "slow") return null;
  const times = steps_needed === null ? "many" : `about ${significant(steps_needed, 1)}`;
  return `The chains wander too slowly: they would need ${times} times as many steps to agree. ${remedy(sampler)} Where they sit in separate places and seldom jump, a barrier is between, which ${"temperature" in sampler ? "a higher temperature" : "more noise"} lowers.`;
}

/** What of a sampler's own settings carries its chains farther. */
function remedy(sampler: PlugInConfig): string {
  if ("leapfrog_steps" in sampler) return "More leapfrog steps carry them farther.";
  if ("target_acceptance" in sampler)
    return "A lower target acceptance makes larger steps; HMC goes straight for longer.";
  return "Larger steps carry them farther; HMC goes straight for longer.";
}

/** R-hat as it is shown. */
export function rHat({ r_hat, mixing }: Figures): string {
  if (mixing === null) return "–";
  return r_hat === null ? "∞" : fixed(r_hat, 3);
}
