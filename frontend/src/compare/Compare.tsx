/** The tab "Compare": two to four runs on one clock. */
import { computed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { catalogue, draft, nameOf, tab, titleOf } from "../state";
import { explains } from "../words/explaining";
import { count } from "../words/format";
import { Evidence } from "./Evidence";
import { raceFromLab } from "./race";
import { Setup } from "./Setup";
import { Stages } from "./Stages";
import { fault, going, histories, letterOf, members, planning, starting } from "./state";
import { Time } from "./Time";
import { Tools } from "./Tools";
import { COMPARE } from "./terms";

export function Compare() {
  return (
    <>
      <main id="main" tabIndex={-1} class="compare" aria-label="Comparison">
        <Fault />
        {members.value.length === 0 ? (
          <Invitation />
        ) : (
          <>
            <Tools />
            {planning.value && <Setup />}
            <Stages />
            <Evidence />
          </>
        )}
        <Said />
      </main>
      <Time />
    </>
  );
}

function Fault() {
  if (!fault.value) return null;
  return (
    <div class="note compare-fault" data-tone="fault" role="alert">
      <p>{fault.value}</p>
      <button type="button" class="link" onClick={() => (fault.value = null)}>
        Close
      </button>
    </div>
  );
}

/** Nothing is compared yet. */
function Invitation() {
  return (
    <div class="compare-invitation">
      <h2>Compare</h2>
      <p>
        Two to four runs beside each other, on the same data, on one clock, and measured. Race the three
        families on {titleOf(draft.value?.dataset.kind) || "what is chosen in the lab"}, or tick runs in the{" "}
        <button type="button" class="link" onClick={() => (tab.value = "runs")}>
          list of runs
        </button>
        .
      </p>
      <RaceButton />
    </div>
  );
}

/** The server has told which methods race. */
const racing = computed(() => catalogue.value?.families.some(({ races }) => races) ?? false);

/** One click races a method of each family on what is chosen in the lab. */
export function RaceButton() {
  return (
    <button
      type="button"
      class="pill race"
      disabled={!draft.value || !racing.value || starting.value}
      {...explains(COMPARE.race)}
      onClick={() => void raceFromLab()}
    >
      {starting.value ? "Starting" : "Race"}
    </button>
  );
}

/** The comparison in one sentence for screen readers, told when a run's state changes. */
function Said() {
  const said = useSignal("");
  const runs = histories.value;
  const states = runs.map(({ info }) => info.state).join();
  useEffect(() => {
    document.title = runs[0] ? `Compare ${titleOf(runs[0].info.config.dataset.kind)} · EBM Lab` : "EBM Lab";
  }, [runs[0]?.info.id]);
  useEffect(() => {
    said.value = runs
      .map(
        ({ info }, i) => `${letterOf(i)}, ${nameOf(info.config)}: ${info.state}, update ${count(info.step)}`,
      )
      .join(". ");
  }, [states, going.value]);
  return (
    <p class="hidden-visually" aria-live="polite">
      {said.value}
    </p>
  );
}
