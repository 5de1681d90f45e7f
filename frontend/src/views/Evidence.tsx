/** The evidence on the right: distance to the truth, figures, energies, loss, and the update with its numbers. */
import { computed } from "@preact/signals";
import { curve, energies, loss } from "../charts/figures";
import { fit, LINES } from "../charts/fit";
import { Plot } from "../charts/Plot";
import { evidence } from "../charts/readings";
import { seriesOf } from "../charts/series";
import { tilesApart } from "../charts/sets";
import { unclassified } from "../form/pictures";
import { ownDataset } from "../form/points";
import { endOfTime } from "../run/history";
import {
  catalogue,
  draft,
  history,
  info,
  kept,
  measured,
  metrics,
  moment,
  reached,
  seriesTitles,
  titleOf,
  until,
  untrained,
  usesChains,
} from "../state";
import { byHeart, comparison, doubt, keptWords, memorises, strayed } from "../words/fit";
import { count, fixed } from "../words/format";
import { failures } from "../words/guards";
import { explanationOf, headline, others } from "../words/quality";
import { reference, standing } from "../words/standing";
import { Term } from "../words/Term";
import { Tex } from "../words/Tex";
import { LAB } from "../words/terms";
import { Attacks } from "./Attacks";
import { MarkedPlot } from "./Marks";
import { Sets } from "./Sets";
import { ThisUpdate } from "./ThisUpdate";

const kl = curve("kl", "KL divergence over updates", "nats", "log");
const frechet = curve("frechet", "Fréchet distance over updates", "", "log");
const nll = curve("nll", "Negative log-likelihood over updates", "nats", "linear");

/** The chart of the figure that tells most. */
export function chartOf(name: string | undefined, values: Record<string, number>, own: boolean) {
  if (!name && own) return fit;
  if (name === "frechet") return frechet;
  if (name !== "nll") return kl;
  return values.nll_train === undefined ? nll : fit;
}

/** Figures that are shown before the rest is folded. */
const SHOWN = 4;

/** What comes and goes while a run goes on stands last, so that nothing else moves. */
export function Evidence() {
  return (
    <aside class="evidence" aria-label="Evidence">
      <Distance />
      <ThisUpdate />
      <section aria-labelledby="energies">
        <h2 id="energies">
          <Term explanation={LAB.energies}>
            Energy of <span class="data-color">data</span> and <Samples />
          </Term>
        </h2>
        <Plot chart={energies} height={92} />
      </section>
      <section aria-labelledby="loss">
        <h2 id="loss">
          <Term explanation={LAB.loss}>Loss</Term>
        </h2>
        <MarkedPlot chart={loss} height={48} />
      </section>
      <div class="coming">
        <Sets />
        <Attacks />
        <OwnSeries />
        <Remarks />
        <Figures />
      </div>
    </aside>
  );
}

/** Whose energies stand beside those of the data: what the method learns from, or chains that are only looked at. */
function Samples() {
  const arrays = evidence.value.frame?.arrays;
  if (arrays?.generator) return <span class="generator-color">generator</span>;
  return <span class="chains-color">{usesChains.value ? "samples" : "chains, for looking"}</span>;
}

/** What the method's frames carry besides, one small chart each. */
function OwnSeries() {
  return (
    <>
      {seriesOf(evidence.value.frame, seriesTitles.value).map(({ name, title, chart }) => (
        <section key={name} aria-label={title}>
          <h2>
            <Term explanation={{ ...LAB.ownSeries, name: title }}>{title}</Term>
          </h2>
          <Plot chart={chart} height={64} />
        </section>
      ))}
    </>
  );
}

function Distance() {
  const first = headline(metrics.value, reached.value);
  const own = draft.value?.dataset.kind === ownDataset(catalogue.value)?.kind;
  const chart = chartOf(first?.name, metrics.value, own);
  return (
    <section class="distance" aria-labelledby="distance" data-fit={chart === fit}>
      <h2 id="distance">
        {(first ? first.name === "nll" : own) ? "Fit to unseen data" : "Distance to the truth"}
      </h2>
      <p class="headline" data-past={past(first?.name)}>
        <span class="mono big" data-empty={!first}>
          {first?.text ?? "–"}
        </span>
        <span class="small muted">
          {first ? (
            <Term explanation={first.explanation}>
              <Meaning name={first.name} unit={first.unit} />
            </Term>
          ) : untrained.value ? (
            "press play"
          ) : unclassified(catalogue.value, draft.value?.dataset) ? (
            "not measured: it goes by a classifier's features, and these pictures have no classes"
          ) : (
            "not measured yet"
          )}
        </span>
      </p>
      {first?.name === "nll" && <Comparison />}
      <MarkedPlot key={chart.title} chart={chart} height={chart === fit ? 96 : 72} />
      {chart === fit && <Lines />}
      <Standing name={first?.name} reached={first?.reached} />
    </section>
  );
}

const standingOf = (name: string | undefined) =>
  name === undefined
    ? null
    : standing(measured.value.at[name], info.value, moment.value, name === "kl" || name === "nll");
const past = (name: string | undefined) => standingOf(name)?.past === true;

/** Of which update the headline is, and what a good one would be. */
function Standing({ name, reached }: { name: string | undefined; reached: string | null | undefined }) {
  const known = standingOf(name);
  return (
    <p class={`small target standing ${known?.past ? "fault" : "muted"}`}>
      {known?.text} <span class="muted">{reference(name, reached)}</span>
    </p>
  );
}

/** Share of the run that two measurements may lie apart and still be of one moment. */
const ONE_MOMENT = 0.1;

/** The update of a figure that was measured at quite another one than those around it. */
function Other({ name }: { name: string }) {
  const { at } = measured.value;
  const [first, newest] = [at[headline(metrics.value)?.name ?? ""], Math.max(...Object.values(at))];
  const own = at[name];
  const near = (other: number | undefined) =>
    other !== undefined && own !== undefined && Math.abs(own - other) <= ONE_MOMENT * newest;
  return own === undefined || near(first) || near(newest) ? null : (
    <span class="muted">· update {count(own)}</span>
  );
}

function Meaning({ name, unit }: { name: string; unit: string }) {
  if (name === "frechet") return <>Fréchet distance</>;
  if (name === "nll") return <>{unit}, negative log p</>;
  const smooth = metrics.value.kl_data !== undefined;
  return (
    <>
      {unit},{" "}
      <Tex
        tex={smooth ? "\\mathrm{KL}(p_\\sigma \\,\\|\\, p_\\theta)" : "\\mathrm{KL}(p \\,\\|\\, p_\\theta)"}
      />
    </>
  );
}

/** How an energy of given points stands beside plain estimates of their density. */
function Comparison() {
  const words = comparison(metrics.value);
  return words && <p class="comparison">{words}</p>;
}

/** What the lines of the fit are, and where they stand. */
function Lines() {
  const values = metrics.value;
  return (
    <dl class="lines small muted">
      {(Object.keys(LINES) as (keyof typeof LINES)[])
        .filter((name) => values[name] !== undefined)
        .map((name) => (
          <div key={name} data-line={name}>
            <dt>
              <Term explanation={explanationOf(name)}>{LINES[name]}</Term>
            </dt>
            <dd class="mono">{fixed(values[name], 2)}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What to know before the figures are believed. */
function Remarks() {
  const floor = headline(metrics.value)?.floor;
  return (
    <section class="remarks" aria-label="Remarks">
      <Target />
      <Warnings />
      {floor && (
        <p class="small muted target">Real images, held out, have {floor}: nearer than that says nothing.</p>
      )}
    </section>
  );
}

/** How far the run was when its mass, or its images, were measured last: 1 at its end. */
const progress = computed(() => {
  const { mass_outside: mass, variety: images } = measured.value.at;
  const [known, at] = [history.value, mass ?? images];
  return known && at !== undefined ? at / endOfTime(known) : 0;
});

function Warnings() {
  const [rough, astray] = [doubt(metrics.value), strayed(metrics.value, progress.value)];
  return (
    <>
      {memorises(evidence.value.rows, until.value) && (
        <p class="small target" role="status">
          <b>Memorising.</b> {byHeart(metrics.value)}
        </p>
      )}
      {rough && (
        <p class="small target" role="status">
          {rough}
        </p>
      )}
      {astray && (
        <p class="small target" role="status">
          <b>Mass far away.</b> {astray}
        </p>
      )}
      {failures(metrics.value, progress.value, tilesApart(evidence.value.frame)).map(({ name, sentence }) => (
        <p key={name} class="small target" role="status">
          <b>{name}</b> {sentence}
        </p>
      ))}
      {kept.value?.shown && (
        <p class="small muted target">{keptWords(count(kept.value.step), metrics.value)}</p>
      )}
    </>
  );
}

/** Which density the KL is against, where it is not that of the data. */
function Target() {
  if (metrics.value.kl_data === undefined || metrics.value.kl === undefined) return null;
  const method = titleOf((history.value ? info.value?.config : draft.value)?.method.kind);
  return (
    <p class="small muted target">
      {method} estimates the data blurred by its noise σ. The KL is against that; against the data themselves
      it is below.
    </p>
  );
}

function Figures() {
  const rows = others(metrics.value, reached.value);
  if (rows.length === 0) return null;
  return (
    <section aria-label="Figures">
      <Rows rows={rows.slice(0, SHOWN)} />
      {rows.length > SHOWN && (
        <details class="more">
          <summary class="small">
            {rows.length - SHOWN} more {rows.length === SHOWN + 1 ? "figure" : "figures"}
          </summary>
          <Rows rows={rows.slice(SHOWN)} />
        </details>
      )}
    </section>
  );
}

function Rows({ rows }: { rows: ReturnType<typeof others> }) {
  return (
    <dl class="figures">
      {rows.map(({ name, label, text, unit, floor, best, reached, rival, explanation }) => (
        <div key={name} data-past={past(name)}>
          <dt class="muted">
            <Term explanation={explanation}>{label}</Term>
          </dt>
          <dd class="mono">
            {text} {unit && <span class="muted">{unit}</span>}{" "}
            {floor && <span class="muted">· real {floor}</span>}{" "}
            {best && !floor && <span class="muted">· best {best}</span>}{" "}
            {reached && <span class="muted">· reached {reached}</span>}{" "}
            {rival && <span class="muted">· softmax {rival}</span>} <Other name={name} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
