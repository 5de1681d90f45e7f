/** One setting of the choice, and when it takes effect. */
import { change } from "../actions/change";
import type { Json } from "../protocol/wire";
import { active, composing, draft, faults, needRestart, stored } from "../state";
import { Row } from "./Row";
import { type Field, get } from "./schema";

export function FieldRow({ field }: { field: Field }) {
  const choice = draft.value;
  if (!choice) return null;
  const given = get({ ...choice } as Json, field.path);
  const running = active.value && !stored.value && !composing.value;
  return (
    <Row
      field={field}
      value={given === undefined ? (field.initial ?? null) : given}
      fault={faults.value[field.path]}
      change={change}
      hint={hintOf(field.live)}
      before={field.live && <i class="live-dot" data-on={running} role="img" aria-label="live" />}
      after={needRestart.value.includes(field.path) && <span class="tag">at restart</span>}
    />
  );
}

function hintOf(live: boolean): string {
  return live ? "Takes effect at once while a run goes on." : "Takes effect at the start of a run.";
}
