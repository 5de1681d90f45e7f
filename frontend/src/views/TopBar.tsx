/** The bar at the top: name, views, theme. The transport sits in its middle. */

import { CompareTransport, ComparisonName } from "../compare/Transport";
import * as Icons from "../Icons";
import { nameOnStage } from "../run/named";
import { SamplersTransport, SamplingName } from "../samplers/Transport";
import { help, notice, stored, tab } from "../state";
import { nextTheme, themeChoice } from "../theme";
import { explains } from "../words/explaining";
import { Term } from "../words/Term";
import { LAB } from "../words/terms";
import { Transport } from "./Transport";

export function TopBar() {
  return (
    <header class="topbar">
      <div class="brand">
        <h1>EBM Lab</h1>
        {tab.value === "samplers" ? (
          <SamplingName />
        ) : tab.value === "compare" ? (
          <ComparisonName />
        ) : (
          <RunName />
        )}
      </div>
      {tab.value === "samplers" ? (
        <SamplersTransport />
      ) : tab.value === "compare" ? (
        <CompareTransport />
      ) : (
        <Transport />
      )}
      <nav class="views" aria-label="Views">
        <ViewLink name="lab" label="Lab" />
        <ViewLink name="compare" label="Compare" />
        <ViewLink name="samplers" label="Samplers" />
        <ViewLink name="runs" label="Runs" />
        <ThemeButton />
        <button
          type="button"
          class="quiet"
          aria-label="Help and keys"
          {...explains(LAB.help)}
          onClick={() => (help.value = true)}
        >
          ?
        </button>
      </nav>
    </header>
  );
}

/** What is on the stage, in words. */
function RunName() {
  const name = nameOnStage.value;
  if (!name) return null;
  return (
    <p class="small muted run-name">
      <Term explanation={{ ...(stored.value ? LAB.storedRun : LAB.onStage), name }}>{name}</Term>
    </p>
  );
}

function ViewLink({ name, label }: { name: typeof tab.value; label: string }) {
  const current = tab.value === name || (name === "runs" && tab.value === "sweep");
  return (
    <button
      type="button"
      class="tab-link"
      aria-current={current ? "page" : undefined}
      onClick={() => {
        tab.value = name;
        notice.value = null; // what was said was of the tab that is left
      }}
    >
      {label}
    </button>
  );
}

function ThemeButton() {
  const choice = themeChoice.value;
  const Icon = { dark: Icons.Moon, light: Icons.Sun, system: Icons.System }[choice];
  const label = `Colours: ${choice === "system" ? "as the system has them" : choice}. Change`;
  return (
    <button
      type="button"
      class="quiet"
      aria-label={label}
      {...explains({ name: "Colours (t)", text: label })}
      onClick={nextTheme}
    >
      <Icon />
    </button>
  );
}
