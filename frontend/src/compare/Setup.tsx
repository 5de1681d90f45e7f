/** Members and settings of a race: what the next one starts. */
import { useSignal } from "@preact/signals";
import { fieldsOfRun } from "../form/fields";
import { modelUnitOf } from "../form/points";
import { Row } from "../form/Row";
import { withField } from "../form/recipes";
import { fault as faultOf, get } from "../form/schema";
import { fieldIn } from "../form/sizes";
import type { Json, RunConfig } from "../protocol/wire";
import { catalogue, titleOf, titles } from "../state";
import { explains } from "../words/explaining";
import { MOST } from "./comparable";
import { memberFor, race } from "./race";
import { letterOf, plan, seeds, starting } from "./state";
import { COMPARE } from "./terms";

export function Setup() {
  const wrong = useSignal<Record<string, string>>({});
  const members = plan.value;
  return (
    <section class="compare-setup" aria-label="Members of the race">
      <div class="compare-planned" data-count={members.length}>
        {members.map((config, i) => (
          <Planned
            key={i}
            index={i}
            config={config}
            wrong={wrong.value}
            tell={(next) => (wrong.value = next)}
          />
        ))}
      </div>
      <div class="compare-start">
        <Seed />
        <label class="field seeds">
          <span {...explains(COMPARE.seeds)}>3 seeds each</span>
          <input
            type="checkbox"
            checked={seeds.value === 3}
            onChange={(event) => (seeds.value = event.currentTarget.checked ? 3 : 1)}
          />
        </label>
        {members.length < MOST && <Add />}
        <button
          type="button"
          class="pill primary"
          disabled={starting.value || members.length < 2 || Object.keys(wrong.value).length > 0}
          {...explains(COMPARE.race)}
          onClick={() => void race()}
        >
          {starting.value ? "Starting" : `Race ${members.length}`}
        </button>
      </div>
    </section>
  );
}

/** Methods that have settings for the data. */
function methodsFor(config: RunConfig): string[] {
  const known = catalogue.value;
  return (known?.methods ?? []).flatMap(({ kind }) => (memberFor(known!, config, kind) ? [kind] : []));
}

function put(index: number, config: RunConfig): void {
  plan.value = plan.value.map((one, i) => (i === index ? config : one));
}

interface PlannedProps {
  index: number;
  config: RunConfig;
  wrong: Record<string, string>;
  tell: (wrong: Record<string, string>) => void;
}

function Planned({ index, config, wrong, tell }: PlannedProps) {
  const known = catalogue.value;
  if (!known) return null;
  const letter = letterOf(index);
  const all = fieldsOfRun(known, config, titles.value).map((field) => fieldIn(field, modelUnitOf(config)));
  const shown = all.filter(({ path, advanced }) => !advanced && /^(method|optimization)/.test(path));
  const forget = () =>
    tell(Object.fromEntries(Object.entries(wrong).filter(([name]) => !name.startsWith(letter))));
  const change = (path: string, value: Json) => {
    const field = all.find((one) => one.path === path);
    if (!field) return;
    const { [letter + path]: _, ...others } = wrong;
    const found = field.control.type === "plug-in" ? null : faultOf(field.control, value);
    tell(found ? { ...others, [letter + path]: found } : others);
    put(index, withField(known, config, field, value));
  };
  return (
    <div class="compare-plan">
      <div class="heading">
        <label>
          <b>{letter}</b> <span class="hidden-visually">method</span>
          <select
            class="choice"
            value={config.method.kind}
            onChange={(event) => {
              const next = memberFor(known, config, event.currentTarget.value);
              forget();
              if (next) put(index, next);
            }}
          >
            {methodsFor(config).map((kind) => (
              <option key={kind} value={kind}>
                {titleOf(kind)}
              </option>
            ))}
          </select>
        </label>
        {plan.value.length > 2 && (
          <button
            type="button"
            class="link small"
            aria-label={`Remove ${letter}`}
            onClick={() => {
              tell({});
              plan.value = plan.value.filter((_, i) => i !== index);
            }}
          >
            Remove
          </button>
        )}
      </div>
      <details class="more">
        <summary class="small">Settings</summary>
        {shown.map((field) => (
          <Row
            key={field.path}
            form={`${letter}-`}
            field={field}
            value={get({ ...config } as Json, field.path) ?? field.initial ?? null}
            fault={wrong[letter + field.path]}
            change={change}
          />
        ))}
      </details>
    </div>
  );
}

/** What all members have in common: the seed, and how long they train. */
function Seed() {
  const known = catalogue.value;
  const [first] = plan.value;
  if (!known || !first) return null;
  const common = fieldsOfRun(known, first, titles.value).filter(({ path }) =>
    ["seed", "seconds", "updates"].includes(path),
  );
  const change = (path: string, value: Json) => {
    const field = common.find((one) => one.path === path);
    if (field && !faultOf(field.control, value))
      plan.value = plan.value.map((config) => withField(known, config, field, value));
  };
  return common.map((field) => (
    <Row
      key={field.path}
      form="all-"
      field={field}
      value={get({ ...first } as unknown as Json, field.path) ?? null}
      fault={undefined}
      change={change}
    />
  ));
}

function Add() {
  const [first] = plan.value;
  const known = catalogue.value;
  if (!first || !known) return null;
  return (
    <label class="compare-add">
      <span class="hidden-visually">Add a member</span>
      <select
        class="choice"
        value=""
        onChange={(event) => {
          const next = memberFor(known, first, event.currentTarget.value);
          if (next) plan.value = [...plan.value, next];
          event.currentTarget.value = "";
        }}
      >
        <option value="">Add a member</option>
        {methodsFor(first).map((kind) => (
          <option key={kind} value={kind}>
            {titleOf(kind)}
          </option>
        ))}
      </select>
    </label>
  );
}
