/** One step of the chains on the map in slow motion. */

import { decodeMotion } from "../phases/motion";
import { movesOf } from "../phases/run";
import { show } from "../phases/state";
import * as api from "../protocol/api";
import { tab } from "../state";
import { startsAt } from "./sampling";
import { choice, current, explain, refused, seek, step } from "./state";

const GONE_ON =
  "The run has learned on since these chains were sampled, so their steps cannot be made again. Sample again.";

/** Takes the step after the moment that is shown apart. */
export function slowStep(): Promise<boolean> {
  return stepFrom(step.value);
}

/** Takes the chains' step from one to the next apart, and shows the kept moment before it on the map. */
async function stepFrom(from: number): Promise<boolean> {
  const [known, asked] = [current.value, choice.value];
  if (!known || !asked || from >= known.steps) return false;
  const kept = from / known.figures.thinning;
  seek(Math.floor(kept));
  try {
    const wire = await api.slowStep(asked, from);
    if (current.value !== known) return false;
    const moving = decodeMotion(wire, "Step", movesOf(asked.sampler));
    if (Number.isInteger(kept) && !startsAt(moving, known, kept)) {
      refused.value = GONE_ON;
      return false;
    }
    const holds = () => tab.value === "samplers" && current.value === known;
    show({ motion: moving, next: () => stepFrom(from + 1), holds });
    return true;
  } catch (error) {
    explain(error);
    return false;
  }
}
