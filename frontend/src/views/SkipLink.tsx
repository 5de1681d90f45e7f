/** The first stop of the keyboard: past the bar and the question, to the stage or to the list of runs.
 *
 * A button, for the address holds the run.
 */
import { tab } from "../state";

export function SkipLink() {
  return (
    <button type="button" class="skip-link" onClick={focusMain}>
      {tab.value === "runs"
        ? "Skip to the runs"
        : tab.value === "compare"
          ? "Skip to the comparison"
          : tab.value === "sweep"
            ? "Skip to the sweep"
            : "Skip to the stage"}
    </button>
  );
}

/** Puts the focus on what the tab is about. */
export function focusMain(): void {
  const main = document.getElementById("main");
  (main?.querySelector<HTMLElement>(".stage[tabindex]") ?? main)?.focus();
}
