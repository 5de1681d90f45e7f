/** What the list of runs is asked for. */

import type { Found } from "../../protocol/wire";
import * as list from "../../run/list";
import { titleOf } from "../../state";
import { count } from "../../words/format";

const SORTS: [list.SortBy, string][] = [
  ["family", "Made"],
  ["name", "Name"],
  ["state", "State"],
  ["updates", "Updates"],
  ["distance", "Distance"],
];

/** Which way each order goes when it is chosen. */
const DESCENDS: Record<list.SortBy, boolean> = {
  ...{ made: true, family: true, updates: true },
  ...{ name: false, state: false, distance: false },
};

const ask = (more: Partial<list.Query>) => (list.query.value = { ...list.query.value, ...more });

export function Filters({ found }: { found: Found }) {
  const { search, state, method, dataset, tag, sort, descending } = list.query.value;
  return (
    <search class="run-filters">
      <label>
        <span class="small muted">Search</span>
        <input
          type="search"
          class="run-text"
          value={search}
          maxLength={200}
          placeholder="name, id, tag"
          onInput={(event) => ask({ search: event.currentTarget.value })}
        />
      </label>
      <Filter
        name="State"
        value={state}
        kinds={found.states}
        onChange={(to) => ask({ state: to as typeof state })}
      />
      <Filter
        name="Method"
        value={method}
        kinds={found.methods}
        called={titleOf}
        onChange={(to) => ask({ method: to })}
      />
      <Filter
        name="Distribution"
        value={dataset}
        kinds={found.datasets}
        called={titleOf}
        onChange={(to) => ask({ dataset: to })}
      />
      {(tag || Object.keys(found.tags).length > 0) && (
        <Filter name="Tag" value={tag} kinds={found.tags} onChange={(to) => ask({ tag: to })} />
      )}
      <label>
        <span class="small muted">Sort by</span>
        <select
          class="choice"
          value={sort}
          onChange={(event) => {
            const to = event.currentTarget.value as list.SortBy;
            ask({ sort: to, descending: DESCENDS[to] });
          }}
        >
          {SORTS.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="link"
        aria-pressed={!descending}
        onClick={() => ask({ descending: !descending })}
      >
        {descending ? "Descending" : "Ascending"}
      </button>
      <p class="small muted" role="status">
        {list.filtered.value
          ? `${count(found.fitting)} of ${count(found.all)} runs`
          : `${count(found.all)} ${found.all === 1 ? "run" : "runs"}`}
      </p>
    </search>
  );
}

interface FilterProps {
  name: string;
  value: string;
  /** How many runs there are of each. */
  kinds: Record<string, number>;
  called?: (kind: string) => string;
  onChange: (to: string) => void;
}

function Filter({ name, value, kinds, called = (kind) => kind, onChange }: FilterProps) {
  const known = Object.entries(value in kinds || value === "" ? kinds : { ...kinds, [value]: 0 });
  return (
    <label>
      <span class="small muted">{name}</span>
      <select class="choice" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">all</option>
        {known
          .sort(([a], [b]) => called(a).localeCompare(called(b)))
          .map(([kind, many]) => (
            <option key={kind} value={kind}>
              {called(kind)} ({count(many)})
            </option>
          ))}
      </select>
    </label>
  );
}
