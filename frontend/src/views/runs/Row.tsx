/** A run in the list. */
import { open } from "../../actions/runs";
import { Tick } from "../../compare/Ticks";
import type { ListedRun, RunState } from "../../protocol/wire";
import { givenName, nameOfRun } from "../../run/named";
import { plugInNote } from "../../run/plugins";
import { catalogue, fields, info, stored, tab } from "../../state";
import { ago, count, sentence } from "../../words/format";
import { headline } from "../../words/quality";
import { inWordsOf, settingInWords } from "../../words/settings";
import { Term } from "../../words/Term";
import { BADGES, LAB } from "../../words/terms";
import { focusMain } from "../SkipLink";
import { Actions } from "./Actions";
import { Description, described } from "./Description";

/** Branches of branches stand as far to the right as this at the most. */
const DEEPEST = 5;
const MEGABYTE = 2 ** 20;

const badgeOf = (state: RunState) =>
  state === "running" ? "LIVE" : (state.toUpperCase() as Uppercase<typeof state>);

export function Row({ run, index }: { run: ListedRun; index: number }) {
  const { kl_data, ...others } = run.metrics;
  // as in Compare: runs that learn blurred data beside those that do not
  const figure = headline(kl_data === undefined ? others : { ...others, kl: kl_data });
  const note = catalogue.value && plugInNote(run, catalogue.value.plugins);
  const shown = !stored.value && info.value?.id === run.id;
  return (
    <tr data-shown={shown} aria-rowindex={index}>
      <td class="run-title" style={{ "--depth": Math.min(run.depth, DEEPEST) }} data-branch={run.depth > 0}>
        <Tick run={run} />
        <button type="button" class="link" onClick={({ detail }) => void show(run.id, detail === 0)}>
          {nameOfRun(run)}
        </button>
        <span class="small muted"> seed {run.seed}</span>
        {givenName(run) && <span class="small muted"> {run.name}</span>}
        {run.pinned && <span class="small muted"> pinned</span>}
        {shown && <span class="small muted"> on the stage</span>}
        {run.tags.map((tag) => (
          <span key={tag} class="run-tag small">
            {tag}
          </span>
        ))}
        {Object.keys(run.differs).length > 0 && (
          <p class="small muted">
            {Object.entries(run.differs)
              .map(([path, value]) => settingInWords(path, value))
              .join(" · ")}
          </p>
        )}
        {run.parent && <Parent run={run} />}
        {run.reason && (
          <p class={`small ${run.state === "failed" ? "fault" : "muted"}`}>
            {sentence(inWordsOf(fields.value, run.reason))}
          </p>
        )}
        {note && <p class="small fault">{note}</p>}
        {described.value === run.id && <Description run={run} />}
      </td>
      <td>
        <Term explanation={BADGES[badgeOf(run.state)]} class="badge" state={badgeOf(run.state)}>
          {run.state}
        </Term>
        <Usage run={run} />
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
        <Actions run={run} show={show} />
      </td>
    </tr>
  );
}

/** What the run's worker takes, or that it has none. */
function Usage({ run: { usage, asleep } }: { run: ListedRun }) {
  if (asleep)
    return (
      <p class="small muted">
        <Term explanation={LAB.asleep}>asleep</Term>
      </p>
    );
  if (!usage) return null;
  const memory = `${count(Math.round(usage.memory / MEGABYTE))} MB`;
  const cpu = usage.cpu === null ? null : `${Math.round(100 * usage.cpu)} %`;
  return (
    <p class="small muted">
      <Term explanation={LAB.usage}>
        {[cpu, memory, usage.gpu && `GPU ${usage.gpu}`].filter(Boolean).join(" · ")}
      </Term>
    </p>
  );
}

/** The run that another branches off, to be opened where it is still there. */
function Parent({ run }: { run: ListedRun }) {
  const { parent, parent_name: name, parent_method: method, parent_dataset: dataset } = run;
  const there = name !== null && method !== null && dataset !== null ? { name, method, dataset } : null;
  return (
    <p class="small muted">
      branches off at update {count(run.parent_step ?? 0)} of{" "}
      {there ? (
        <button type="button" class="link" onClick={({ detail }) => void show(parent!, detail === 0)}>
          {givenName(there) ?? nameOfRun(there)}
        </button>
      ) : (
        "a run that is gone"
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
