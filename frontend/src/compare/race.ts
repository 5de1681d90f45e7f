/** Races: one method of each family, on the same data and seed, begun together. */
import { choiceMade } from "../actions/choice";
import { choiceOf } from "../form/points";
import { recipe } from "../form/recipes";
import * as api from "../protocol/api";
import type { Catalogue, Run, RunConfig } from "../protocol/wire";
import { catalogue, draft, notice, titleOf } from "../state";
import { goesOn } from "./clock";
import { FEWEST } from "./comparable";
import { show } from "./following";
import { fault, members, plan, planning, seeds, starting } from "./state";

/** One method of each family of the lecture, for the distribution, the seed and the length of a choice. */
export function raceOf(known: Catalogue, choice: RunConfig): RunConfig[] {
  return known.families.flatMap(({ races }) => (races && memberFor(known, choice, races)) || []);
}

/** A method with its own settings, those of the choice where it is the same, and all that a race has in common. */
export function memberFor(known: Catalogue, choice: RunConfig, method: string): RunConfig | null {
  if (choice.method.kind === method) return choice;
  const found = recipe(known, choice.dataset, method);
  const { seed, seconds, updates, device } = choice;
  return found && { ...found, seed, seconds, updates, device };
}

/** Races the three families on what is chosen in the lab. */
export async function raceFromLab(): Promise<void> {
  if (starting.value || !(await choiceMade())) return;
  const [known, choice] = [catalogue.value, draft.value];
  if (!known || !choice) return;
  const raced = raceOf(known, choice);
  if (raced.length < FEWEST) {
    notice.value = {
      tone: "fault",
      text: "There is nothing to race: fewer than two families have settings for these data.",
    };
    return;
  }
  plan.value = raced;
  await race();
}

/** Starts what is planned, and shows it; what went on before is stopped and kept. */
export async function race(): Promise<void> {
  if (starting.value) return;
  starting.value = true;
  fault.value = null;
  const before = members.value.flatMap(({ history, repeats }) => [history, ...repeats]).filter(goesOn);
  const created: Run[] = [];
  const asked = plan.value.map((config) => choiceOf(config));
  try {
    // shown members first: repeats wait where there is no room
    for (let repeat = 0; repeat < seeds.value; repeat++)
      for (const config of asked)
        created.push(await api.createRun({ ...config, seed: config.seed + repeat }));
    planning.value = false;
    show(asked.map((_, i) => created.filter((_, at) => at % asked.length === i)));
    await Promise.all(before.map(({ info }) => api.stopRun(info.id).catch(() => null)));
  } catch (error) {
    const at = created.length % asked.length;
    const method = titleOf(asked[at]!.method.kind);
    fault.value = `${method} was refused, so that none was started. ${(error as Error).message}`;
    await Promise.all(created.map(({ id }) => api.stopRun(id).catch(() => null)));
  } finally {
    starting.value = false;
  }
}
