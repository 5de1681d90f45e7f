/** The run in one sentence for screen readers, told when its state changes and now and then while it goes on. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { nameOnStage } from "../run/named";
import { badge, info, measured, metrics, moment, step, tab, untrained } from "../state";
import { count } from "../words/format";
import { headline } from "../words/quality";
import { standing } from "../words/standing";

const EVERY = 15000;

export function sentence(): string {
  const name = nameOnStage.value;
  if (!name) return "";
  const figure = headline(metrics.value);
  const at = figure && standing(measured.value.at[figure.name], info.value, moment.value);
  const distance = figure
    ? `, ${[figure.label, figure.text, figure.unit].filter(Boolean).join(" ")}${at?.past ? ` (${at.text.toLowerCase().slice(0, -1)})` : ""}`
    : "";
  return `${name}: ${badge.value.toLowerCase()}, update ${count(untrained.value ? 0 : step.value)}${distance}.`;
}

export function Summary() {
  const said = useSignal("");
  const state = badge.value;
  const inSight = tab.value === "lab";
  const run = info.value?.id;
  useEffect(() => {
    document.title = [nameOnStage.value, "EBM Lab"].filter(Boolean).join(" · ");
    said.value = inSight ? sentence() : "";
    if (!inSight) return undefined;
    const timer = setInterval(() => (said.value = sentence()), EVERY);
    return () => clearInterval(timer);
  }, [state, run, inSight]);
  return (
    <p class="hidden-visually" aria-live="polite">
      {said.value}
    </p>
  );
}
