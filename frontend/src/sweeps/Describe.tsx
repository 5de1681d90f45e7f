/** A sweep that is being described, as TOML: checked before anything runs. */
import { useEffect } from "preact/hooks";
import { get } from "../form/schema";
import type { Json } from "../protocol/wire";
import { catalogue, draft, fields } from "../state";
import { count, duration } from "../words/format";
import { Term } from "../words/Term";
import { begun, withField } from "./described";
import { busy, check, plan, start, toml, wrong } from "./state";
import { SWEEP } from "./words";

export function Describe() {
  const [plugIns, choice] = [catalogue.value, draft.value];
  useEffect(() => {
    if (toml.value === "" && plugIns && choice) toml.value = begun(plugIns, choice);
  }, [plugIns, choice]);
  return (
    <form
      class="sweep-describe"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <h2>
        New <Term explanation={SWEEP.sweep}>sweep</Term>
      </h2>
      <p class="muted">
        Every value in [grid] is taken with each other one. [random] draws fields:{" "}
        <code class="mono small">{'"optimization.learning_rate" = { log = [1e-4, 1e-2] }'}</code> with{" "}
        <code class="mono small">count = 20</code>; there are uniform, log, integer and choice. [[skip]]
        leaves combinations out.
      </p>
      <label for="sweep-toml">The sweep as TOML</label>
      <textarea
        id="sweep-toml"
        class="mono"
        rows={16}
        spellcheck={false}
        aria-describedby={wrong.value.length > 0 ? "sweep-wrong" : undefined}
        aria-invalid={wrong.value.length > 0}
        value={toml.value}
        onInput={({ currentTarget }) => {
          toml.value = currentTarget.value;
          plan.value = null;
        }}
      />
      <Fields />
      {wrong.value.length > 0 && (
        <div id="sweep-wrong" class="fault" role="alert">
          <ul>
            {wrong.value.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      )}
      <p role="status">{plan.value && planned(plan.value)}</p>
      <div class="sweep-actions">
        <button type="button" class="link" disabled={busy.value} onClick={() => void check()}>
          Check
        </button>
        <button type="submit" class="pill" disabled={busy.value || toml.value.trim() === ""}>
          {busy.value ? "The server looks at it" : "Start"}
        </button>
      </div>
    </form>
  );
}

function planned({ runs, seconds, at_once }: NonNullable<typeof plan.value>): string {
  const together = Math.min(at_once, runs);
  const length =
    seconds === null ? "" : `, about ${duration(seconds / together)} with ${count(together)} at a time`;
  return `${count(runs)} ${runs === 1 ? "run" : "runs"}${length}.`;
}

/** Puts a field of the choice into the grid, with the value that it has in the lab. */
function Fields() {
  const choice = draft.value;
  if (!choice) return null;
  const kind = choice.method.kind;
  const known = [
    { path: "dataset.kind", label: "Distribution", value: choice.dataset.kind as Json },
    ...fields.value.map(({ path, label }) => ({
      path: path
        .replace(/^method\./, `method.${kind}.`)
        .replace(/^dataset\./, `dataset.${choice.dataset.kind}.`),
      label,
      value: get({ ...choice } as Json, path) as Json,
    })),
  ].filter(({ value }) => value !== null && value !== undefined && typeof value !== "object");
  return (
    <label class="small">
      <span class="muted">Add a field to the grid</span>{" "}
      <select
        value=""
        onChange={({ currentTarget }) => {
          const found = known.find(({ path }) => path === currentTarget.value);
          if (found) toml.value = withField(toml.value, found.path, found.value);
          currentTarget.value = "";
        }}
      >
        <option value="">Choose</option>
        {known.map(({ path, label }) => (
          <option key={path} value={path}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
