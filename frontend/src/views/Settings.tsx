/** The form of the choice, made from the schemas of its plug-ins. */
import { abandonChoice } from "../actions/choice";
import { start } from "../actions/runs";
import { FieldRow } from "../form/FieldRow";
import {
  active,
  catalogue,
  composing,
  draft,
  faults,
  fields,
  info,
  nameOf,
  needRestart,
  stored,
} from "../state";
import { Term } from "../words/Term";
import { LAB } from "../words/terms";

export function Settings() {
  if (!catalogue.value) return null;
  const all = fields.value;
  const isPlugIn = (path: string) => all.find((field) => field.path === path)?.control.type === "plug-in";
  const basic = all.filter(
    (field) => !field.advanced && !field.path.startsWith("energy") && !field.path.startsWith("dataset"),
  );
  const first = basic.filter((field) => field.live || isPlugIn(field.path));
  const restart = basic.filter((field) => !first.includes(field));
  const rest = all.filter((field) => !basic.includes(field));
  const groups = [...new Set(rest.map((field) => field.group))];
  return (
    <section aria-labelledby="settings">
      <div class="heading">
        <h2 id="settings">Settings</h2>
        <span class="small muted">
          <Term explanation={LAB.liveDot}>
            <i class="live-dot" aria-hidden="true" /> live
          </Term>
        </span>
      </div>
      <Restart />
      {first.map((field) => (
        <FieldRow key={field.path} field={field} />
      ))}
      {restart.length > 0 && <h3 class="small muted subheading">At the start of a run</h3>}
      {restart.map((field) => (
        <FieldRow key={field.path} field={field} />
      ))}
      {rest.length > 0 && (
        <details class="more" open={rest.some((field) => faults.value[field.path])}>
          <summary class="small">All settings</summary>
          {groups.map((group) => (
            <div key={group}>
              <h3 class="small muted subheading">{group}</h3>
              {rest
                .filter((field) => field.group === group)
                .map((field) => (
                  <FieldRow key={field.path} field={field} />
                ))}
            </div>
          ))}
        </details>
      )}
    </section>
  );
}

/** Says what play would start where that is not what is on the stage, and which settings wait for it. */
function Restart() {
  if (!draft.value || stored.value) return null;
  if (composing.value && active.value) {
    return (
      <div class="strip small" role="status">
        <span>
          {nameOf(info.value?.config)} {info.value?.state === "paused" ? "is paused" : "goes on"}. Play stops
          it and trains this.
        </span>
        <button type="button" class="link" onClick={abandonChoice}>
          Back to it
        </button>
      </div>
    );
  }
  const count = needRestart.value.length;
  if (count === 0 || !active.value) return null;
  return (
    <div class="strip small" role="status">
      <span>
        {count === 1 ? "One setting takes" : `${count} settings take`} effect at the start of a run.
      </span>
      <button type="button" class="link" onClick={() => void start()}>
        Start again
      </button>
      <button type="button" class="link" onClick={abandonChoice}>
        Undo
      </button>
    </div>
  );
}
