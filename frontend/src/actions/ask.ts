/** Requests of the server, and what a refusal says at which field. */
import { batch } from "@preact/signals";
import * as api from "../protocol/api";
import type { Fault, Run } from "../protocol/wire";
import { asking, faults, fields, history, notice } from "../state";
import { inWordsOf } from "../words/settings";

/** Runs a request of the server; says what went wrong, at the fields where it can. */
export async function ask<T>(what: typeof asking.value, request: () => Promise<T>): Promise<T | null> {
  if (what) asking.value = what;
  try {
    const answer = await request();
    if (notice.value?.tone === "fault") notice.value = null;
    return answer;
  } catch (error) {
    explain(error);
    return null;
  } finally {
    if (what) asking.value = null;
  }
}

function explain(error: unknown): void {
  if (!(error instanceof api.Refusal)) throw error;
  const shown = new Set(fields.value.map((field) => field.path));
  const told = (one: Fault) => inWordsOf(fields.value, api.faultText(one));
  const elsewhere = error.faults.filter((one) => !shown.has(one.path));
  batch(() => {
    for (const one of error.faults) faults.value = { ...faults.value, [one.path]: told(one) };
    const text =
      error.faults.length > 0
        ? elsewhere.map((one) => (one.path.includes(".") ? `${one.path}: ${told(one)}` : told(one))).join(" ")
        : inWordsOf(fields.value, error.message);
    notice.value = { tone: "fault", text: text || "Some settings are refused; they are marked on the left." };
  });
}

/** Takes a run as the server has it now. */
export function update(run: Run | null): void {
  if (run && history.value?.info.id === run.id) history.value = { ...history.value, info: run };
}
