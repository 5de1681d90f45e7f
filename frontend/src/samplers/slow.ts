/** One step of the chains on the map in slow motion. */

import { decodeMotion } from "../phases/motion";
import { movesOf } from "../phases/run";
import { begin, type Shown } from "../phases/state";
import * as api from "../protocol/api";
import { tab } from "../state";
import { startsAt } from "./sampling";
import { choice, current, explain, refused, seek, step } from "./state";

const GONE_ON =
  "The run has learned on since these chains were sampled, so their steps cannot be made again. Sample again.";

/** Takes the step after the moment that is shown apart. */
export const slowStep = () => begin(() => stepFrom(step.value));

/** Takes the chains' step from one to the next apart, and shows the kept moment before it on the map. */
async function stepFrom(from: number): Promise<Shown | null> {
  const [known, asked] = [current.value, choice.value];
  if (!known || !asked || from >= known.steps) return null;
  const kept = from / known.figures.thinning;
  seek(Math.floor(kept));
  try {
    const wire = await api.slowStep(asked, from);
    if (current.value !== known) return null;
    const moving = decodeMotion(wire, "Step", movesOf(asked.sampler));
    if (Number.isInteger(kept) && !startsAt(moving, known, kept)) {
      refused.value = GONE_ON;
      return null;
    }
    const holds = () => tab.value === "samplers" && current.value === known;
    return { motion: moving, next: () => stepFrom(from + 1), holds };
  } catch (error) {
    explain(error);
    return null;
  }
}
