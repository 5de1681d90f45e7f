/** The evidence: how well the chains mix. */

import { PlotOf } from "../charts/Plot";
import { count, fixed, percent, significant } from "../words/format";
import { autocorrelation, traces } from "./figures";
import type { Sampled } from "./sampling";
import { busy, choice, current, faults, refused } from "./state";

/** From here on the chains disagree (Vehtari et al., 2021). */
const AGREE = 1.01;
const NONE = "–";

export function Mixing() {
  return (
    <aside class="evidence" aria-label="Evidence">
      <EffectiveDraws known={current.value} />
      <section aria-labelledby="autocorrelation">
        <h2 id="autocorrelation">
          Autocorrelation of <span class="chains-color">x</span> and y
        </h2>
        <PlotOf chart={autocorrelation} height={112} source={current} />
      </section>
      <section aria-labelledby="trace">
        <h2 id="trace">x of four chains</h2>
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
  const r_hat = figures?.r_hat;
  const draws = known ? known.chains * (known.steps - known.figures.warm_up) : 0;
  const apart = r_hat === null || (r_hat !== undefined && r_hat > AGREE);
  const of = (text: (known: Sampled["figures"]) => string) => (figures ? text(figures) : NONE);
  const rows: [string, string, string][] = [
    ["acceptance", of((one) => percent(one.acceptance)), "Share of proposals that were accepted."],
    ["step size", of((one) => significant(one.step_size)), "As it was adapted in the first half, and held."],
    [
      "temperature T",
      of((one) => fixed(one.temperature, 2)),
      "The chains sample exp(−E / T), exactly or for small steps.",
    ],
    [
      "effective a chain-step",
      of(() => significant((ess ?? 0) / draws, 2)),
      "Effective draws for each step of a chain.",
    ],
    ...(!figures || (figures.gradient_evaluations && ess)
      ? ([
          [
            "gradients an effective draw",
            of((one) => significant((one.gradient_evaluations ?? 0) / ess!, 2)),
            "Warm-up included.",
          ],
        ] as [string, string, string][])
      : []),
    ["time", of((one) => `${significant(one.seconds, 2)} s`), "Of one core, on the server."],
  ];
  return (
    <section aria-labelledby="ess">
      <h2 id="ess">Effective draws</h2>
      <p class="headline" title="Independent draws that would tell the mean as well; the worse of x and y.">
        <span class="mono big" data-empty={!known}>
          {ess === null ? NONE : count(ess)}
        </span>
        <span class="small muted">{known ? `of ${count(draws)} draws` : missing()}</span>
      </p>
      <dl class="figures">
        <div title="How much wider all chains are than each; 1 where they agree.">
          <dt class="muted">R-hat</dt>
          <dd class={apart ? "mono fault" : "mono"}>
            {of(() => (typeof r_hat === "number" ? fixed(r_hat, 3) : "∞"))}
          </dd>
        </div>
      </dl>
      {apart && (
        <p class="small fault" role="status">
          Above {AGREE}: the chains have not found the same distribution. Take more steps, or a sampler that
          crosses between modes.
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
