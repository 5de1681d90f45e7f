/** From a sweep to one of its runs. */
import { open } from "../actions/runs";
import { tab } from "../state";
import { focusMain } from "../views/SkipLink";

/** Opens a run in the lab; whoever does so by keys goes on at the stage. */
export async function openRun(id: string | null, byKeys = false): Promise<void> {
  if (id === null || !(await open(id))) return;
  tab.value = "lab";
  if (byKeys) requestAnimationFrame(focusMain);
}
