/** The run in one sentence for screen readers, told when its state changes and now and then while it goes on. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { badge, draft, info, measured, metrics, moment, nameOf, step, untrained } from "../state";
import { count } from "../words/format";
import { headline } from "../words/quality";
import { standing } from "../words/standing";

const EVERY = 15000;

export function sentence(): string {
  const config = untrained.value ? draft.value : info.value?.config;
  if (!config) return "";
  const figure = headline(metrics.value);
  const at = figure && standing(measured.value.at[figure.name], info.value, moment.value);
  const distance = figure
    ? `, ${figure.label} ${figure.text} ${figure.unit}${at?.past ? ` (${at.text.toLowerCase().slice(0, -1)})` : ""}`
    : "";
  return `${nameOf(config)}: ${badge.value.toLowerCase()}, update ${count(untrained.value ? 0 : step.value)}${distance}.`;
}

export function Summary() {
  const said = useSignal("");
  const state = badge.value;
  const run = info.value?.id;
  useEffect(() => {
    said.value = sentence();
    document.title = [nameOf(untrained.value ? draft.value : info.value?.config), "EBM Lab"]
      .filter(Boolean)
      .join(" · ");
    const timer = setInterval(() => (said.value = sentence()), EVERY);
    return () => clearInterval(timer);
  }, [state, run]);
  return (
    <p class="hidden-visually" aria-live="polite">
      {said.value}
    </p>
  );
}
