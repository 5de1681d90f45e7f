/** Changes of fields: of the choice, and of a run that goes on where they are live. */
import { batch } from "@preact/signals";
import { withField } from "../form/recipes";
import { differences, fault, get } from "../form/schema";
import * as api from "../protocol/api";
import type { Json, RunConfig } from "../protocol/wire";
import type { Mark } from "../run/marks";
import { active, catalogue, composing, draft, faults, fields, info } from "../state";
import { ask, update } from "./ask";

const DEBOUNCE = 120;

let pending: Record<string, Json> = {};

let timer: ReturnType<typeof setTimeout> | undefined;

/** Sets a field of the choice; a live one takes effect in the run that goes on. */
export function change(path: string, value: Json): void {
  const [known, choice] = [catalogue.value, draft.value];
  const field = fields.value.find((candidate) => candidate.path === path);
  if (!known || !choice || !field) return;
  const { [path]: _, ...others } = faults.value;
  if (field.control.type === "plug-in") {
    batch(() => {
      draft.value = withField(known, choice, field, value);
      faults.value = others;
    });
    return;
  }
  const wrong = fault(field.control, value);
  batch(() => {
    draft.value = withField(known, choice, field, value);
    faults.value = wrong ? { ...others, [path]: wrong } : others;
  });
  if (wrong || !field.live || !active.value || composing.value) return;
  pending[path] = value;
  clearTimeout(timer);
  timer = setTimeout(() => void sendPending(), DEBOUNCE);
}

/** Sends the live fields in which a choice is other than what was asked for. */
export function sendChanges(asked: RunConfig, choice: RunConfig): void {
  for (const path of differences({ ...asked }, { ...choice }))
    if (fields.value.some((field) => field.live && field.path === path))
      pending[path] = get({ ...choice } as Json, path) ?? null;
  if (Object.keys(pending).length > 0) void sendPending();
}

/** Takes a change back: the field gets the value that it had before. */
export function undo(mark: Mark): void {
  const previous = (mark.previous ?? null) as Json;
  if (get({ ...draft.value } as Json, mark.path) !== undefined) change(mark.path, previous);
}

async function sendPending(): Promise<void> {
  const id = info.value?.id;
  const changes = pending;
  pending = {};
  if (id && active.value) update(await ask(null, () => api.changeRun(id, changes)));
}
