/** A sweep: how far it is, its map, its lines, and its table, from which each run opens. */
import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { PlotOf } from "../charts/Plot";
import * as api from "../protocol/api";
import type { Sweep as Whole } from "../protocol/wire";
import { tab } from "../state";
import { pageColor } from "../theme";
import { focusMain } from "../views/SkipLink";
import { count } from "../words/format";
import { Term } from "../words/Term";
import { type Lines, lines, type Mapped, map } from "./charts";
import { Describe } from "./Describe";
import { openRun } from "./opening";
import { cellsOf } from "./reading";
import {
  across,
  axes,
  busy,
  choose,
  chosen,
  down,
  fault,
  figure,
  figures,
  NEW,
  pause,
  picked,
  refreshSweep,
  remove,
  resume,
  sweep,
} from "./state";
import { Table } from "./Table";
import { fieldWord, figureWord, SWEEP } from "./words";

export function Sweep() {
  useEffect(() => void refreshSweep(), []);
  const one = sweep.value;
  return (
    <main id="main" tabIndex={-1} class="runs sweep" aria-label="Sweep">
      <button type="button" class="link small" onClick={() => (tab.value = "runs")}>
        All runs
      </button>
      {fault.value && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
      {chosen.value === NEW ? (
        <Describe />
      ) : one ? (
        <>
          <Head sweep={one} />
          <Charts />
          <Table />
          <details class="sweep-toml">
            <summary>As it was described</summary>
            <pre class="mono small">{one.toml}</pre>
          </details>
        </>
      ) : (
        !fault.value && (
          <p class="muted" role="status">
            Asking the server for the sweep.
          </p>
        )
      )}
    </main>
  );
}

const STATES = { running: "goes on", paused: "paused", finished: "finished" } as const;

function Head({ sweep: one }: { sweep: Whole }) {
  const { id, name, state, runs, ended, failed, going } = one;
  return (
    <header class="sweep-head">
      <h2>{name}</h2>
      <p role="status">
        <Term explanation={SWEEP.sweep}>{STATES[state]}</Term>
        {", "}
        <span class="mono">
          {count(ended)} of {count(runs)}
        </span>{" "}
        runs have ended
        {failed > 0 && (
          <>
            {", "}
            <Term explanation={SWEEP.failed}>{count(failed)} failed</Term>
          </>
        )}
        {going > 0 && `, ${count(going)} train now`}
      </p>
      <progress max={runs} value={ended} aria-label="Runs that have ended" />
      <div class="sweep-actions">
        {state === "running" && (
          <button type="button" class="link" disabled={busy.value} onClick={() => void pause(id)}>
            {busy.value ? "Saving its runs" : "Pause"}
          </button>
        )}
        {state === "paused" && (
          <button type="button" class="link" onClick={() => void resume(id)}>
            Resume
          </button>
        )}
        <a class="link" href={api.sweepTable(id, "runs")} download>
          Runs as CSV
        </a>
        <a class="link" href={api.sweepTable(id, "groups")} download>
          Table as CSV
        </a>
        {state !== "running" && <Delete id={id} />}
      </div>
    </header>
  );
}

/** The sweep whose deletion waits for a second press. */
const doomed = signal<string | null>(null);

function Delete({ id }: { id: string }) {
  const gone = async (withRuns: boolean) => {
    if (!(await remove(id, withRuns))) return;
    doomed.value = null;
    tab.value = "runs";
    requestAnimationFrame(focusMain);
  };
  if (doomed.value !== id)
    return (
      <button type="button" class="link" onClick={() => (doomed.value = id)}>
        Delete
      </button>
    );
  return (
    <>
      <button type="button" class="link fault" onClick={() => void gone(true)}>
        Delete with its runs
      </button>
      <button type="button" class="link" onClick={() => void gone(false)}>
        Delete, and keep the runs
      </button>
      <button type="button" class="link" onClick={() => (doomed.value = null)}>
        Keep
      </button>
    </>
  );
}

const mapped = computed<Mapped>(() => {
  const [x, name] = [across.value ?? "", figure.value ?? ""];
  const cells = cellsOf(sweep.value?.members ?? [], x, down.value, name);
  return { cells, across: x, down: down.value, figure: name };
});
const lined = computed<Lines>(() => ({
  runs: sweep.value?.members ?? [],
  axes: sweep.value?.varied ?? [],
  figure: figure.value ?? "",
  background: pageColor.value,
}));

/** The run of a key, or those of several. */
function pick(keys: unknown): void {
  const all = String(keys).split(" ");
  const runs = sweep.value?.members.filter(({ key }) => all.includes(key)) ?? [];
  if (runs.length === 1) void openRun(runs[0]!.run);
  else picked.value = all;
}

const LINE = 28;
const LEAST = 96;
/** Pixels from one axis to the next, at least: words stand beside each. */
const ROOM = 128;
/** Axes from which on the lines have the whole width. */
const MANY = 3;

function Charts() {
  const known = mapped.value;
  if (known.figure === "") return <p class="muted">The charts come with the first run that finishes.</p>;
  const rows = new Set(known.cells.map(({ y }) => JSON.stringify(y))).size;
  return (
    <div class="sweep-charts">
      <div class="sweep-choices">
        <Choice
          label="Figure"
          values={figures.value}
          value={figure.value!}
          word={figureWord}
          into={choose.figure}
        />
        <Choice
          label="Columns"
          values={axes.value}
          value={known.across}
          word={fieldWord}
          into={choose.across}
        />
        {known.down !== null && (
          <Choice
            label="Rows"
            values={axes.value.filter((path) => path !== known.across)}
            value={known.down}
            word={fieldWord}
            into={choose.down}
          />
        )}
      </div>
      <div>
        <h3 id="sweep-map">
          <Term explanation={SWEEP.map}>Map</Term>
        </h3>
        <PlotOf chart={map} height={Math.max(LEAST, LINE * rows + 64)} source={mapped} onPick={pick} />
      </div>
      <div data-wide={lined.value.axes.length > MANY}>
        <h3 id="sweep-lines">
          <Term explanation={SWEEP.lines}>All fields at once</Term>
        </h3>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
        <div class="sweep-scrolls" tabIndex={0} role="region" aria-labelledby="sweep-lines">
          <div style={{ minWidth: `${ROOM * (lined.value.axes.length + 1)}px` }}>
            <PlotOf chart={lines} height={280} source={lined} onPick={pick} />
          </div>
        </div>
      </div>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  values: string[];
  value: string;
  word: (value: string) => string;
  into: { value: string | null };
}

function Choice({ label, values, value, word, into }: ChoiceProps) {
  return (
    <label class="small">
      <span class="muted">{label}</span>{" "}
      <select value={value} onChange={({ currentTarget }) => (into.value = currentTarget.value)}>
        {values.map((one) => (
          <option key={one} value={one}>
            {word(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
