/** The evidence: how well the chains mix. */

import { PlotOf } from "../charts/Plot";
import type { Explanation } from "../words/explaining";
import { count, fixed, percent, significant } from "../words/format";
import { Term } from "../words/Term";
import { SAMPLING } from "../words/terms";
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
          <Term explanation={SAMPLING.autocorrelation}>
            Autocorrelation of <span class="chains-color">x</span> and y
          </Term>
        </h2>
        <PlotOf chart={autocorrelation} height={112} source={sampled} />
      </section>
      <section aria-labelledby="trace">
        <h2 id="trace">
          <Term explanation={SAMPLING.trace}>x of four chains</Term>
        </h2>
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
  const rows: [string, string, Explanation][] = [
    ["acceptance", percent(rest.acceptance), SAMPLING.acceptance],
    ["step size", significant(rest.step_size), SAMPLING.step_size],
    ["temperature T", fixed(rest.temperature, 2), SAMPLING.temperature],
    ["effective a chain-step", ess === null ? "–" : significant(ess / draws, 2), SAMPLING.ess_share],
    ...(gradient_evaluations && ess
      ? ([
          ["gradients an effective draw", significant(gradient_evaluations / ess, 2), SAMPLING.gradients],
        ] as [string, string, Explanation][])
      : []),
    ["time", `${significant(rest.seconds, 2)} s`, SAMPLING.seconds],
  ];
  return (
    <section aria-labelledby="ess">
      <h2 id="ess">
        <Term explanation={SAMPLING.ess}>Effective draws</Term>
      </h2>
      <p class="headline">
        <span class="mono big">{ess === null ? "–" : count(ess)}</span>
        <span class="small muted">of {count(draws)} draws</span>
      </p>
      <dl class="figures">
        <div>
          <dt class="muted">
            <Term explanation={SAMPLING.r_hat}>R-hat</Term>
          </dt>
          <dd class="mono">{rHat(figures)}</dd>
        </div>
      </dl>
      {words && (
        <p class="small target" role="status">
          {words}
        </p>
      )}
      <dl class="figures">
        {rows.map(([label, text, explanation]) => (
          <div key={label}>
            <dt class="muted">
              <Term explanation={explanation}>{label}</Term>
            </dt>
            <dd class="mono">{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
