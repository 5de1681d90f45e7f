/** The evidence: how well the chains mix. */

import { PlotOf } from "../charts/Plot";
import type { Explanation } from "../words/explaining";
import { count, fixed, percent, significant } from "../words/format";
import { Term } from "../words/Term";
import { SAMPLING } from "../words/terms";
import { disagreement, rHat } from "./agreement";
import { autocorrelation, traces } from "./figures";
import type { Sampled } from "./sampling";
import { busy, choice, current, faults, refused } from "./state";

const NONE = "–";

export function Mixing() {
  return (
    <aside class="evidence" aria-label="Evidence">
      <EffectiveDraws known={current.value} />
      <section aria-labelledby="autocorrelation">
        <h2 id="autocorrelation">
          <Term explanation={SAMPLING.autocorrelation}>
            Autocorrelation of <span class="chains-color">x</span> and y
          </Term>
        </h2>
        <PlotOf chart={autocorrelation} height={112} source={current} />
      </section>
      <section aria-labelledby="trace">
        <h2 id="trace">
          <Term explanation={SAMPLING.trace}>x of four chains</Term>
        </h2>
        <PlotOf chart={traces} height={132} source={current} />
        <p class="small muted">Left of the dotted line they warm up.</p>
      </section>
    </aside>
  );
}

/** Why there are no figures of the choice: those of another one are not shown under its name. */
function missing(): string {
  if (busy.value) return "being sampled";
  if (refused.value !== null || Object.keys(faults.value).length > 0)
    return "not sampled: see what is refused";
  return choice.value ? "being sampled" : "not sampled yet";
}

/** How many independent draws the chains were worth, and what they cost; the same rows, empty, until that is known. */
function EffectiveDraws({ known }: { known: Sampled | null }) {
  const figures = known?.figures;
  const ess = figures?.ess ?? null;
  const draws = known ? known.chains * (known.steps - known.figures.warm_up) : 0;
  const sampler = choice.value?.sampler;
  const words = figures && sampler ? disagreement(figures, sampler) : null;
  /** Whether a step may be refused: only such samplers have a target for that. */
  const rejects = sampler !== undefined && "target_acceptance" in sampler;
  const of = (text: (known: Sampled["figures"]) => string) => (figures ? text(figures) : NONE);
  const rows: [string, string, Explanation][] = [
    ["acceptance", rejects ? of((one) => percent(one.acceptance)) : "every step", SAMPLING.acceptance],
    ["step size", of((one) => significant(one.step_size)), SAMPLING.step_size],
    ["temperature T", of((one) => fixed(one.temperature, 2)), SAMPLING.temperature],
    ["effective draws per step", ess === null ? NONE : significant(ess / draws, 2), SAMPLING.ess_share],
    ...(!figures || (figures.gradient_evaluations && ess)
      ? ([
          [
            "gradients per effective draw",
            of((one) => significant(one.gradient_evaluations / ess!, 2)),
            SAMPLING.gradients,
          ],
        ] as [string, string, Explanation][])
      : []),
    ["time", of((one) => `${significant(one.seconds, 2)} s`), SAMPLING.seconds],
  ];
  return (
    <section aria-labelledby="ess">
      <h2 id="ess">
        <Term explanation={SAMPLING.ess}>Effective draws</Term>
      </h2>
      <p class="headline">
        <span class="mono big" data-empty={!known}>
          {ess === null ? NONE : count(ess)}
        </span>
        <span class="small muted">{known ? `of ${count(draws)} draws` : missing()}</span>
      </p>
      <dl class="figures">
        <div>
          <dt class="muted">
            <Term explanation={SAMPLING.r_hat}>R-hat</Term>
          </dt>
          <dd class="mono">{of(rHat)}</dd>
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
