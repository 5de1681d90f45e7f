/** The sweeps above the list of runs, and the way to a new one. */
import { useEffect } from "preact/hooks";
import { tab } from "../state";
import { explains } from "../words/explaining";
import { ago, count } from "../words/format";
import { chosen, look, NEW, refreshSweeps, sweeps } from "./state";
import { SWEEP } from "./words";

const STATES = { running: "goes on", paused: "paused", finished: "finished" } as const;

export function Sweeps() {
  useEffect(() => void refreshSweeps(), []);
  return (
    <section class="sweeps" aria-label="Sweeps">
      <button
        type="button"
        class="link"
        {...explains(SWEEP.sweep)}
        onClick={() => {
          chosen.value = NEW;
          tab.value = "sweep";
        }}
      >
        New sweep
      </button>
      {sweeps.value && sweeps.value.length > 0 && (
        <ul>
          {sweeps.value.map(({ id, name, state, runs, ended, failed, created }) => (
            <li key={id}>
              <button type="button" class="link" onClick={() => look(id)}>
                {name}
              </button>{" "}
              <span class="small muted">
                sweep, {STATES[state]}, {count(ended)} of {count(runs)} ended
                {failed > 0 && `, ${count(failed)} failed`}, {ago(created, Date.now())}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
