/** One step of the chains on the map in slow motion. */

import { decodeMotion } from "../phases/motion";
import { movesOf } from "../phases/run";
import { show } from "../phases/state";
import * as api from "../protocol/api";
import { tab } from "../state";
import { choice, current, explain, index, refused, seek, step } from "./state";

const GONE_ON =
  "The run has learned on since these chains were sampled, so their steps cannot be made again. Sample again.";

/** Takes the step after the moment that is shown apart; there the chains go on to the next one. */
export async function slowStep(): Promise<boolean> {
  const [known, asked] = [current.value, choice.value];
  if (!known || !asked) return false;
  const from = Math.min(step.value, known.steps - 1);
  seek(index.value);
  try {
    const wire = await api.slowStep(asked, from);
    if (current.value !== known) return false;
    const moving = decodeMotion(wire, "Step", movesOf(asked.sampler));
    const begun = moving.phases[0]?.points.chains?.values;
    const there = known.draws.subarray(2 * known.chains * index.value);
    if (known.figures.thinning === 1 && begun?.some((x, i) => Math.abs(x - there[i]!) > 1e-3)) {
      refused.value = GONE_ON;
      return false;
    }
    const next = async () => {
      seek(index.value + 1);
      return slowStep();
    };
    show({ motion: moving, next, holds: () => tab.value === "samplers" && current.value === known });
    return true;
  } catch (error) {
    explain(error);
    return false;
  }
}
