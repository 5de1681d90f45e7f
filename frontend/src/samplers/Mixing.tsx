/** The evidence: how well the chains mix. */

import { PlotOf } from "../charts/Plot";
import { count, fixed, percent, significant } from "../words/format";
import { disagreement, rHat } from "./agreement";
import { autocorrelation, traces } from "./figures";
import type { Sampled } from "./sampling";
import { sampled } from "./state";

export function Mixing() {
  const known = sampled.value;
  if (!known) {
    return (
      <aside class="evidence" aria-label="Evidence">
        <h2>Effective draws</h2>
        <p class="headline">
          <span class="mono big" data-empty="true">
            –
          </span>
          <span class="small muted">not sampled yet</span>
        </p>
      </aside>
    );
  }
  return (
    <aside class="evidence" aria-label="Evidence">
      <EffectiveDraws {...known} />
      <section aria-labelledby="autocorrelation">
        <h2 id="autocorrelation">
          Autocorrelation of <span class="chains-color">x</span> and y
        </h2>
        <PlotOf chart={autocorrelation} height={112} source={sampled} />
      </section>
      <section aria-labelledby="trace">
        <h2 id="trace">x of four chains</h2>
        <PlotOf chart={traces} height={132} source={sampled} />
        <p class="small muted">Left of the dotted line they warm up.</p>
      </section>
    </aside>
  );
}

/** How many independent draws the chains were worth, and what they cost. */
function EffectiveDraws({ figures, chains, steps }: Sampled) {
  const { ess, warm_up, gradient_evaluations, ...rest } = figures;
  const draws = chains * (steps - warm_up);
  const words = disagreement(figures);
  const rows: [string, string, string][] = [
    ["acceptance", percent(rest.acceptance), "Share of proposals that were accepted."],
    ["step size", significant(rest.step_size), "As it was adapted in the first half, and held."],
    [
      "temperature T",
      fixed(rest.temperature, 2),
      "The chains sample exp(−E / T), exactly or for small steps.",
    ],
    [
      "effective a chain-step",
      ess === null ? "–" : significant(ess / draws, 2),
      "Effective draws for each step of a chain.",
    ],
    ...(gradient_evaluations && ess
      ? ([
          ["gradients an effective draw", significant(gradient_evaluations / ess, 2), "Warm-up included."],
        ] as [string, string, string][])
      : []),
    ["time", `${significant(rest.seconds, 2)} s`, "Of one core, on the server."],
  ];
  return (
    <section aria-labelledby="ess">
      <h2 id="ess">Effective draws</h2>
      <p class="headline" title="Independent draws that would tell the mean as well; the worse of x and y.">
        <span class="mono big">{ess === null ? "–" : count(ess)}</span>
        <span class="small muted">of {count(draws)} draws</span>
      </p>
      <dl class="figures">
        <div title="How much wider all chains are than each; 1 where they agree.">
          <dt class="muted">R-hat</dt>
          <dd class="mono">{rHat(figures)}</dd>
        </div>
      </dl>
      {words && (
        <p class="small target" role="status">
          {words}
        </p>
      )}
      <dl class="figures">
        {rows.map(([label, text, title]) => (
          <div key={label} title={title}>
            <dt class="muted">{label}</dt>
            <dd class="mono">{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
