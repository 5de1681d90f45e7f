/** Runs ticked in their list, to be compared. */
import { computed, signal } from "@preact/signals";
import type { RunSummary } from "../protocol/wire";
import { nameOfRun } from "../run/named";
import { runs, titleOf } from "../state";
import { count } from "../words/format";
import { MOST, refusal } from "./comparable";
import { open } from "./following";
import { fault } from "./state";

const ticked = signal<string[]>([]);

/** The ticked runs that are still there, in the order in which they were ticked. */
const chosen = computed(() => ticked.value.flatMap((id) => runs.value?.find((run) => run.id === id) ?? []));

/** Why they cannot be compared, as far as their kinds tell; their settings are compared when they are opened. */
const why = computed(() => {
  if (chosen.value.length < 2) return chosen.value.length === 1 ? `Tick up to ${MOST - 1} more.` : null;
  const all = chosen.value.map((run) => ({
    name: `${titleOf(run.method)} on ${titleOf(run.dataset)}`,
    dataset: { kind: run.dataset },
  }));
  return refusal(all, titleOf);
});

export function Tick({ run }: { run: RunSummary }) {
  const on = ticked.value.includes(run.id);
  return (
    <input
      type="checkbox"
      class="tick"
      checked={on}
      aria-label={`Compare ${nameOfRun(run)}, update ${count(run.step)}`}
      onChange={() => {
        fault.value = null;
        ticked.value = on ? ticked.value.filter((id) => id !== run.id) : [...ticked.value, run.id];
      }}
    />
  );
}

/** What is ticked, and the way to compare it. */
export function Chosen() {
  const [many, refused] = [chosen.value.length, why.value ?? fault.value];
  if (many === 0) return null;
  return (
    <div class="ticked" role="status">
      <button
        type="button"
        class="pill primary"
        disabled={why.value !== null}
        onClick={() => void open(chosen.value.map(({ id }) => [id]))}
      >
        Compare {many === 1 ? "1 run" : `${many} runs`}
      </button>
      {refused && <p class={many === 1 ? "muted" : "fault"}>{refused}</p>}
      <button type="button" class="link" onClick={() => (ticked.value = [])}>
        Untick all
      </button>
    </div>
  );
}
