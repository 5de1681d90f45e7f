/** The table of a sweep: a line for the runs that differ by their seed alone, and a link to each of them. */
import { useSignal } from "@preact/signals";
import type { SweepGroup, SweepRun } from "../protocol/wire";
import { count } from "../words/format";
import { Term } from "../words/Term";
import { openRun } from "./opening";
import { figure, picked, sweep } from "./state";
import { fieldWord, figureWord, numberWord, SWEEP, valueWord } from "./words";

/** Lines that are shown at first. */
const FIRST = 60;

export function Table() {
  const all = useSignal(false);
  const one = sweep.value;
  if (!one) return null;
  const runs = new Map(one.members.map((run) => [run.key, run]));
  const paths = one.varied.filter((path) => path !== "seed");
  const wanted = picked.value && new Set(picked.value);
  const groups = one.groups.filter(({ keys }) => !wanted || keys.some((key) => wanted.has(key)));
  const shown = all.value || wanted ? groups : groups.slice(0, FIRST);
  return (
    <div class="sweep-table">
      <h3 id="sweep-table">
        <Term explanation={SWEEP.median}>Median and quartiles</Term>
      </h3>
      {wanted && (
        <p role="status">
          The {count(groups.length)} {groups.length === 1 ? "line" : "lines"} of the cell that was pressed.{" "}
          <button type="button" class="link" onClick={() => (picked.value = null)}>
            Show all
          </button>
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <div class="sweep-scrolls" tabIndex={0} role="region" aria-labelledby="sweep-table">
        <table>
          <thead>
            <tr class="small muted">
              {paths.map((path) => (
                <th key={path} scope="col">
                  {fieldWord(path)}
                </th>
              ))}
              <th scope="col">Ended</th>
              {figure.value && <th scope="col">{figureWord(figure.value)}, median</th>}
              {figure.value && <th scope="col">Quartiles</th>}
              <th scope="col">Runs</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((group) => (
              <Line
                key={group.keys[0]}
                group={group}
                paths={paths}
                runs={group.keys.map((key) => runs.get(key)!)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < groups.length && (
        <button type="button" class="link" onClick={() => (all.value = true)}>
          Show all {count(groups.length)} lines
        </button>
      )}
      <Reasons runs={one.members} />
    </div>
  );
}

function Line({ group, paths, runs }: { group: SweepGroup; paths: string[]; runs: SweepRun[] }) {
  const name = figure.value;
  const found = name ? group.figures[name] : undefined;
  const failed = group.failed > 0;
  return (
    <tr>
      {paths.map((path) => (
        <td key={path}>{valueWord(path, group.values[path])}</td>
      ))}
      <td class="mono">
        {group.ended}
        <span class="muted"> / {runs.length}</span>
        {failed && <span class="fault small"> {group.failed} failed</span>}
      </td>
      {name && <td class="mono">{numberWord(found?.median, failed)}</td>}
      {name && (
        <td class="mono muted">
          {found &&
            found.better !== null &&
            `${numberWord(found.better, failed)} to ${numberWord(found.worse, failed)}`}
        </td>
      )}
      <td class="sweep-runs">
        {runs.map((run) => (
          <RunLink key={run.key} run={run} alone={runs.length === 1} />
        ))}
      </td>
    </tr>
  );
}

function RunLink({ run, alone }: { run: SweepRun; alone: boolean }) {
  const value = figure.value === null ? undefined : run.figures[figure.value];
  const seed = run.values.seed;
  const called = alone || seed === undefined ? "Open" : `Seed ${valueWord("seed", seed)}`;
  if (run.run === null) return <span class="small muted">{called}: to come</span>;
  const told = value === undefined ? run.state : numberWord(value, false);
  return (
    <span class="small">
      <button
        type="button"
        class="link"
        aria-label={`Open the run of ${Object.entries(run.values)
          .map(([path, one]) => `${fieldWord(path)} ${valueWord(path, one)}`)
          .join(", ")}`}
        onClick={({ detail }) => void openRun(run.run, detail === 0)}
      >
        {called}
      </button>{" "}
      <span class={run.state === "failed" ? "fault" : "mono muted"}>{told}</span>
    </span>
  );
}

/** Why runs failed, each reason once. */
function Reasons({ runs }: { runs: SweepRun[] }) {
  const failed = runs.filter(({ state }) => state === "failed");
  const reasons = new Map<string, SweepRun[]>();
  for (const run of failed) reasons.set(run.reason ?? "", [...(reasons.get(run.reason ?? "") ?? []), run]);
  if (reasons.size === 0) return null;
  return (
    <ul class="sweep-reasons">
      {[...reasons].map(([reason, its]) => (
        <li key={reason} class="small">
          <span class="fault">{count(its.length)} failed</span>, such as{" "}
          {Object.entries(its[0]!.values)
            .map(([path, value]) => `${fieldWord(path)} ${valueWord(path, value)}`)
            .join(", ")}
          : {reason}
        </li>
      ))}
    </ul>
  );
}
