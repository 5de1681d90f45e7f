/** The question: which energy, which sampler, with what settings. */

import { useEffect, useRef } from "preact/hooks";
import { Row } from "../form/Row";
import { chooseByArrows, radio, showChosen } from "../form/radios";
import { type Field, get } from "../form/schema";
import type { Json, PlugInInfo } from "../protocol/wire";
import { nameOfRun } from "../run/named";
import { catalogue, catalogueFault, runs, runsFault } from "../state";
import { explains, ofPlugIn } from "../words/explaining";
import { ago, count } from "../words/format";
import { Term } from "../words/Term";
import { SAMPLING } from "../words/terms";
import { planarRuns } from "./choice";
import { Moment } from "./Moment";
import { change, choice, chooseLandscape, chooseRun, chooseSampler, faults, fields, startAt } from "./state";

export function Form() {
  if (!choice.value) return <Waiting />;
  const all = fields.value;
  const shown = all.filter((field) => !field.advanced);
  const of = (start: string) => shown.filter(({ path }) => path.startsWith(start));
  const rest = all.filter((field) => field.advanced);
  const length = shown.filter(({ path }) => !path.includes("."));
  return (
    <aside class="question" aria-label="Question">
      <div class="question-part">
        <section class="choices" aria-labelledby="energy-choice">
          <h2 id="energy-choice">Energy</h2>
          <Landscapes />
        </section>
        <section class="belongs" aria-label="Settings of the energy">
          <Runs />
          <Moment />
          <Rows fields={of("energy")} />
        </section>
        <section class="choices" aria-labelledby="sampler-choice">
          <h2 id="sampler-choice">Sampler</h2>
          <Cards
            name="sampler-choice"
            plugIns={catalogue.value?.samplers ?? []}
            chosen={choice.value.sampler.kind}
            choose={chooseSampler}
          />
        </section>
      </div>
      <div class="question-part">
        <section aria-labelledby="sampler-settings">
          <h2 id="sampler-settings">Settings</h2>
          <Rows fields={of("sampler")} />
        </section>
        <section aria-labelledby="chains-choice">
          <h2 id="chains-choice">Chains</h2>
          <Rows fields={length} />
          <Start />
        </section>
        {rest.length > 0 && (
          <details class="more" open={rest.some(({ path }) => faults.value[path])}>
            <summary class="small">All settings</summary>
            <Rows fields={rest} />
          </details>
        )}
      </div>
    </aside>
  );
}

function Rows({ fields: rows }: { fields: Field[] }) {
  return rows.map((field) => {
    const given = get({ ...choice.value } as unknown as Json, field.path);
    const value = given === undefined ? (field.initial ?? null) : given;
    return (
      <Row key={field.path} field={field} value={value} fault={faults.value[field.path]} change={change} />
    );
  });
}

function Landscapes() {
  const energy = choice.value!.energy;
  return (
    <Cards
      name="energy-choice"
      plugIns={catalogue.value?.formulas ?? []}
      chosen={"formula" in energy ? energy.formula.kind : null}
      choose={chooseLandscape}
    />
  );
}

interface CardsProps {
  name: string;
  plugIns: PlugInInfo[];
  chosen: string | null;
  choose: (kind: string) => void;
}

function Cards({ name, plugIns, chosen, choose }: CardsProps) {
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => showChosen(group.current), [plugIns, chosen]);
  return (
    <div ref={group} class="cards" role="radiogroup" onKeyDown={chooseByArrows} aria-labelledby={name}>
      {plugIns.map((plugIn, i) => (
        <button
          key={plugIn.kind}
          {...radio(plugIn.kind === chosen, chosen === null && i === 0)}
          class="card"
          {...explains(ofPlugIn(plugIn))}
          onClick={() => choose(plugIn.kind)}
        >
          <span class="card-title">{plugIn.title}</span>
        </button>
      ))}
    </div>
  );
}

/** Energies that were learned here. */
function Runs() {
  const energy = choice.value!.energy;
  const known = planarRuns(runs.value, catalogue.value);
  const chosen = "run" in energy ? energy.run : "";
  return (
    <div class="field">
      <label for="sampled-run" {...explains(known.length === 0 ? SAMPLING.noRun : SAMPLING.run)}>
        Trained run
      </label>
      <select
        id="sampled-run"
        class="choice"
        value={chosen}
        disabled={known.length === 0}
        onChange={(event) => event.currentTarget.value && void chooseRun(event.currentTarget.value)}
      >
        <option value="">{known.length > 0 ? "choose" : runsFault.value ? "not known" : "none yet"}</option>
        {known.map((run) => (
          <option key={run.id} value={run.id}>
            {nameOfRun(run)}, {count(run.step)} updates, {ago(run.created, Date.now())}
          </option>
        ))}
      </select>
    </div>
  );
}

function Start() {
  const start = choice.value!.start;
  return (
    <div class="field">
      <span>
        <Term explanation={SAMPLING.start} class="whole-word">
          Start
        </Term>
      </span>
      {start ? (
        <button type="button" class="link small" onClick={() => startAt(null)} {...explains(SAMPLING.spread)}>
          <span class="mono">{start.map((one) => one.toPrecision(2)).join(", ")}</span> · spread again
        </button>
      ) : (
        <span class="small muted">spread over the map</span>
      )}
    </div>
  );
}

function Waiting() {
  return (
    <aside class="question" aria-label="Question">
      <h2>Energy</h2>
      <p class="small muted" role="status">
        {catalogueFault.value ?? "The energies and samplers come with the server's catalogue."}
      </p>
    </aside>
  );
}
