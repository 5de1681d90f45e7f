/** Runs ticked in their list, to be compared or deleted together. */
import { computed, signal } from "@preact/signals";
import { ask } from "../actions/ask";
import * as api from "../protocol/api";
import type { RunSummary } from "../protocol/wire";
import * as list from "../run/list";
import { nameOfRun } from "../run/named";
import { notice, titleOf } from "../state";
import { count } from "../words/format";
import { MOST, refusal } from "./comparable";
import { open } from "./following";
import { fault } from "./state";

/** The ticked runs, in the order in which they were ticked. */
const ticked = signal<RunSummary[]>([]);
/** Whether the deletion of all that are ticked waits for a second press. */
const doomed = signal(false);

/** Why they cannot be compared, as far as their kinds tell; their settings are compared when they are opened. */
const why = computed(() => {
  if (ticked.value.length < 2)
    return ticked.value.length === 1 ? `Tick up to ${MOST - 1} more to compare.` : null;
  const all = ticked.value.map((run) => ({
    name: `${titleOf(run.method)} on ${titleOf(run.dataset)}`,
    dataset: { kind: run.dataset },
  }));
  return refusal(all, titleOf);
});

const tick = (runs: RunSummary[]) => {
  fault.value = null;
  doomed.value = false;
  ticked.value = runs;
};

export function Tick({ run }: { run: RunSummary }) {
  const on = ticked.value.some(({ id }) => id === run.id);
  return (
    <input
      type="checkbox"
      class="tick"
      checked={on}
      aria-label={`Compare ${nameOfRun(run)}, update ${count(run.step)}`}
      onChange={() => tick(on ? ticked.value.filter(({ id }) => id !== run.id) : [...ticked.value, run])}
    />
  );
}

/** What is ticked, and what to do with it. */
export function Chosen() {
  const [many, refused] = [ticked.value.length, why.value ?? fault.value];
  if (many === 0) return null;
  return (
    <div class="ticked" role="status">
      <button
        type="button"
        class="pill primary"
        disabled={why.value !== null}
        onClick={() => void open(ticked.value.map(({ id }) => [id]))}
      >
        Compare {many === 1 ? "1 run" : `${count(many)} runs`}
      </button>
      {refused && <p class={many === 1 || many > MOST ? "muted" : "fault"}>{refused}</p>}
      <button type="button" class="link" onClick={() => void tickAll()}>
        Tick all {count(list.found.value?.fitting ?? 0)}
      </button>
      <button type="button" class="link" onClick={() => tick([])}>
        Untick all
      </button>
      <button
        type="button"
        class={doomed.value ? "link fault" : "link"}
        onClick={() => {
          if (doomed.value) void deleteTicked();
          else doomed.value = true;
        }}
      >
        {doomed.value ? `Delete ${count(many)} for good` : `Delete ${count(many)}`}
      </button>
      {doomed.value && (
        <button type="button" class="link" onClick={() => (doomed.value = false)}>
          Keep
        </button>
      )}
    </div>
  );
}

async function tickAll(): Promise<void> {
  const all = await ask(null, list.all);
  if (all) tick(all);
}

/** Deletes those that have ended, and says of the others that they stay. */
async function deleteTicked(): Promise<void> {
  const told = await ask(null, () => api.deleteRuns(ticked.value.map(({ id }) => id)));
  if (!told) return;
  const kept = Object.keys(told.kept).length;
  if (kept > 0)
    notice.value = {
      tone: "news",
      text: `${count(told.deleted)} runs are deleted; ${count(kept)} go on and stay: stop them first.`,
    };
  tick(ticked.value.filter(({ id }) => id in told.kept));
  await list.refresh();
}
