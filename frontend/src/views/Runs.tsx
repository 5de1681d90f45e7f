/** All runs: their state, and what can be done with each. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { open, remove, repeat, resume, stop } from "../actions/runs";
import { Chosen, Tick } from "../compare/Ticks";
import { downloadAddress } from "../protocol/api";
import type { RunState, RunSummary } from "../protocol/wire";
import { refreshRuns } from "../run/following";
import { loop } from "../run/loop";
import { givenName, nameOfRun } from "../run/named";
import { missingPlugIn, plugInNote } from "../run/plugins";
import { type Node, treeOf } from "../run/tree";
import { catalogue, fields, info, runs, runsFault, stored, tab } from "../state";
import { Sweeps } from "../sweeps/Listed";
import { explains } from "../words/explaining";
import { ago, count, sentence } from "../words/format";
import { headline } from "../words/quality";
import { inWordsOf } from "../words/settings";
import { Term } from "../words/Term";
import { BADGES, LAB } from "../words/terms";
import { focusMain } from "./SkipLink";

/** The run whose deletion waits for a second press. */
const doomed = signal<string | null>(null);

/** Milliseconds between looks at how far runs are. */
const REFRESHED = 2000;

/** Branches of branches stand as far to the right as this at the most. */
const DEEPEST = 5;

const someGo = () => runs.value?.some(({ state }) => state === "running" || state === "starting") ?? false;

export function Runs() {
  useEffect(() => void refreshRuns(), []);
  useEffect(() => loop.add({ every: REFRESHED, draw: () => void refreshRuns(), visible: someGo }), []);
  return (
    <main id="main" tabIndex={-1} class="runs" aria-label="Runs">
      <h2>Runs</h2>
      {runsFault.value && (
        <p class="fault" role="alert">
          {runsFault.value}{" "}
          <button type="button" class="link" onClick={() => void refreshRuns()}>
            Try again
          </button>
        </p>
      )}
      <Sweeps />
      <Chosen />
      <List />
    </main>
  );
}

function List() {
  const all = runs.value;
  if (all === null)
    return runsFault.value ? null : (
      <p class="muted" role="status">
        Asking the server for its runs.
      </p>
    );
  if (all.length === 0) {
    return (
      <p class="muted">
        No runs yet. Pick a distribution and a method in the{" "}
        <button type="button" class="link" onClick={() => (tab.value = "lab")}>
          lab
        </button>{" "}
        and press play; every run is kept here.
      </p>
    );
  }
  return (
    <table>
      <thead>
        <tr class="small muted">
          <th scope="col">Run</th>
          <th scope="col">State</th>
          <th scope="col">Updates</th>
          <th scope="col">
            <Term explanation={LAB.distance}>Distance</Term>
          </th>
          <th scope="col">Made</th>
          <th scope="col">
            <span class="hidden-visually">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {treeOf(all).map((node) => (
          <Row key={node.run.id} node={node} />
        ))}
      </tbody>
    </table>
  );
}

const badgeOf = (state: RunState) =>
  state === "running" ? "LIVE" : (state.toUpperCase() as Uppercase<typeof state>);

function Row({ node: { run, depth, parent } }: { node: Node }) {
  const figure = headline(run.metrics);
  const note = catalogue.value && plugInNote(run, catalogue.value.plugins);
  const shown = !stored.value && info.value?.id === run.id;
  return (
    <tr data-shown={shown}>
      <td class="run-title" style={{ "--depth": Math.min(depth, DEEPEST) }} data-branch={depth > 0}>
        <Tick run={run} />
        <button type="button" class="link" onClick={({ detail }) => void show(run.id, detail === 0)}>
          {nameOfRun(run)}
        </button>
        {givenName(run) && <span class="small muted"> {run.name}</span>}
        {shown && <span class="small muted"> on the stage</span>}
        {parent && <Parent parent={parent} step={run.parent_step ?? 0} />}
        {run.reason && (
          <p class={`small ${run.state === "failed" ? "fault" : "muted"}`}>
            {sentence(inWordsOf(fields.value, run.reason))}
          </p>
        )}
        {note && <p class="small fault">{note}</p>}
      </td>
      <td>
        <Term explanation={BADGES[badgeOf(run.state)]} class="badge" state={badgeOf(run.state)}>
          {run.state}
        </Term>
      </td>
      <td class="mono">
        {count(run.step)}
        {run.horizon !== null && <span class="muted"> / {count(run.horizon)}</span>}
      </td>
      <td class="mono">
        {figure ? `${figure.label} ${figure.text}` : "—"}
        {figure && run.state === "failed" && <span class="muted small"> before it failed</span>}
      </td>
      <td class="muted">{ago(run.created, Date.now())}</td>
      <td class="row-actions">
        <Actions run={run} />
      </td>
    </tr>
  );
}

/** The run that another branches off, to be opened where it is still there. */
function Parent({ parent, step }: { parent: RunSummary | "gone"; step: number }) {
  return (
    <p class="small muted">
      branches off at update {count(step)} of{" "}
      {parent === "gone" ? (
        "a run that is gone"
      ) : (
        <button type="button" class="link" onClick={({ detail }) => void show(parent.id, detail === 0)}>
          {givenName(parent) ?? nameOfRun(parent)}
        </button>
      )}
    </p>
  );
}

/** Opens a run; whoever does so by keys goes on at the stage. */
async function show(id: string, byKeys: boolean): Promise<void> {
  if (!(await open(id))) return;
  tab.value = "lab";
  if (byKeys) requestAnimationFrame(focusMain);
}

function Actions({ run }: { run: RunSummary }) {
  const going =
    run.state === "running" || run.state === "paused" || run.state === "starting" || run.state === "queued";
  if (going) {
    return (
      <button type="button" class="link" onClick={() => void stop(run.id)}>
        Stop
      </button>
    );
  }
  const missing = catalogue.value && missingPlugIn(run, catalogue.value.plugins);
  return (
    <>
      {run.repeats && (
        <button
          type="button"
          class="link"
          {...explains(LAB.resumeChanged)}
          onClick={() => void show(run.id, false)}
        >
          Change and resume
        </button>
      )}
      {run.state !== "finished" && !run.repeats && (
        <button
          type="button"
          class="link"
          disabled={missing !== null}
          {...(missing && explains({ name: "Resume", text: missing }))}
          onClick={() => void resume(run.id)}
        >
          Resume
        </button>
      )}
      <button
        type="button"
        class="link"
        disabled={missing !== null}
        {...explains(missing ? { name: "Repeat exactly", text: missing } : LAB.repeat)}
        onClick={() => void repeat(run.id)}
      >
        Repeat exactly
      </button>
      <a class="link" href={downloadAddress(run.id)} download>
        Download
      </a>
      <Delete run={run} />
    </>
  );
}

/** Asks once more; the focus stays on the button, and goes to the neighbour when the run is gone. */
function Delete({ run }: { run: RunSummary }) {
  const button = useRef<HTMLButtonElement>(null);
  const asks = doomed.value === run.id;
  const gone = async () => {
    const row = button.current?.closest("tr");
    const focused = document.activeElement === button.current;
    const next = row?.nextElementSibling ?? row?.previousElementSibling;
    if (!(await remove(run.id))) return;
    doomed.value = null;
    // the list may have lost the row before the answer came
    if (!focused || ![document.body, button.current].includes(document.activeElement as HTMLElement)) return;
    const neighbour = next?.querySelector<HTMLElement>(".run-title button");
    if (neighbour) neighbour.focus();
    else focusMain();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={asks ? "link fault" : "link"}
        onClick={() => {
          if (asks) void gone();
          else doomed.value = run.id;
        }}
      >
        {asks ? "Delete for good" : "Delete"}
      </button>
      {asks && (
        <button
          type="button"
          class="link"
          onClick={(event) => {
            if (event.detail === 0) button.current?.focus();
            doomed.value = null;
          }}
        >
          Keep
        </button>
      )}
    </>
  );
}
