/** The samplers' view: any sampler on any energy, and how well it mixes. */
import { useEffect } from "preact/hooks";
import { refreshRuns } from "../run/following";
import { Form } from "../samplers/Form";
import { SamplersMap } from "../samplers/Map";
import { Mixing } from "../samplers/Mixing";
import { index, seek, toggle } from "../samplers/state";
import { Scrubber } from "../samplers/Transport";
import { help } from "../state";

const KEYS: Record<string, () => void> = {
  " ": toggle,
  ArrowLeft: () => seek(index.value - 1),
  ArrowRight: () => seek(index.value + 1),
};

export function Samplers() {
  useEffect(() => {
    void refreshRuns();
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const action = KEYS[event.key];
      if (!action || help.value || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target.closest("input, select, textarea, button, a, summary")) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return (
    <>
      <Form />
      <SamplersMap />
      <Mixing />
      <Scrubber />
    </>
  );
}
