/** Below the stages: the chart, the measured table, and what the runs say to the lecture's claims. */
import { computed } from "@preact/signals";
import { PlotOf } from "../charts/Plot";
import { chooseByArrows, radio } from "../form/radios";
import { titleOf } from "../state";
import { pageColor, runColors } from "../theme";
import { type Explanation, explains } from "../words/explaining";
import { explanationOf } from "../words/quality";
import { Term } from "../words/Term";
import { type Compared, comparison, METRICS } from "./chart";
import type { Judged } from "./claims";
import { compared } from "./figures";
import { Sign } from "./Sign";
import {
  chosenMetric,
  claims,
  clock,
  end,
  figures,
  histories,
  letterOf,
  measured,
  members,
  position,
  time,
} from "./state";
import { best, cell, csvOf, markdownOf, type Row, rangeText, rowsOf } from "./table";
import { CLOCK_TERMS, COMPARE } from "./terms";

export function Evidence() {
  return (
    <div class="compare-evidence">
      <ChartPanel />
      <Table />
      <Claims />
    </div>
  );
}

/** Metrics that any of the runs has. */
const metrics = computed(() => {
  const known = figures.value;
  const has = (name: string) =>
    histories.value.some(({ info }) => compared(info.metrics, name) !== null) && known.length > 0;
  return METRICS.filter(({ name }) => has(name));
});
const metric = computed(() => {
  const chosen = metrics.value.find(({ name }) => name === chosenMetric.value);
  return (chosen ?? metrics.value[0])?.name ?? "kl";
});

/** What the chart shows. */
export const drawn = computed<Compared>(() => ({
  groups: members.value.map(({ history, repeats }, i) => ({
    letter: letterOf(i),
    method: titleOf(history.info.config.method.kind),
    color: runColors.value[i]!,
    runs: [history, ...repeats],
  })),
  metric: metric.value,
  clock: clock.value,
  end: end.value,
  cursor: position.value === null ? null : time.value,
  background: pageColor.value,
}));

const termOf = (name: string): Explanation => (name === "kl" ? COMPARE.kl : explanationOf(name));

function ChartPanel() {
  const repeated = Math.max(...members.value.map(({ repeats }) => 1 + repeats.length));
  return (
    <section aria-labelledby="compare-chart">
      <div class="heading">
        <h2 id="compare-chart">Against the clock</h2>
        <div class="words" role="radiogroup" onKeyDown={chooseByArrows} aria-label="What the chart shows">
          {metrics.value.map(({ name, word }) => (
            <button
              key={name}
              {...radio(metric.value === name)}
              class="word"
              {...explains(termOf(name))}
              onClick={() => (chosenMetric.value = name)}
            >
              {word}
            </button>
          ))}
        </div>
      </div>
      <PlotOf chart={comparison} height={232} source={drawn} />
      <p class="small muted compare-axis">
        {CLOCK_TERMS[clock.value].name.replace("Clock: ", "")}
        {repeated > 1 && ` · line: median of ${repeated} seeds, band: their range`}
      </p>
    </section>
  );
}

/** What explains the name of a row. */
function explanationFor({ explains: name }: Row): Explanation {
  if (name === "kl") return COMPARE.kl;
  if (name === "reached" || name === "seconds" || name === "updates") return COMPARE[name];
  return explanationOf(name);
}

function Table() {
  const all = measured.value;
  return (
    <div class="compare-table">
      <div class="heading">
        <h2 id="compare-measured">Measured</h2>
        <p class="small exports">
          <button type="button" class="link" onClick={() => save("csv")}>
            CSV
          </button>
          <button type="button" class="link" onClick={() => save("md")}>
            Markdown
          </button>
        </p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <div class="scrolls" tabIndex={0} role="region" aria-labelledby="compare-measured">
        <table>
          <thead>
            <tr class="small">
              <td />
              {all.map(({ letter, method, seeds }) => (
                <th key={letter} scope="col">
                  <Sign letter={letter} /> {letter} <span class="muted">{method}</span>
                  {seeds && (
                    <span class="floor muted">
                      <Term explanation={COMPARE.median}>median of {seeds.length} seeds</Term>
                    </span>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rowsOf(all).map((row) => (
              <Line key={row.name} row={row} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Line({ row }: { row: Row }) {
  const all = measured.value;
  const winners = best(row, all);
  return (
    <tr>
      <th scope="row">
        <Term explanation={explanationFor(row)}>{row.name}</Term>
        {row.unit && <span class="muted small"> {row.unit}</span>}
      </th>
      {all.map((one) => {
        const { text, floor } = cell(row, one);
        const range = rangeText(row, one);
        return (
          <td key={one.letter} class="mono" data-best={winners.includes(one)}>
            {text}
            {winners.includes(one) && (
              <span class="hidden-visually"> {floor === null ? "(best)" : "(nearest to its real)"}</span>
            )}
            {range !== null && <span class="floor small muted">{range}</span>}
            {floor !== null && <span class="floor small muted">real {floor}</span>}
          </td>
        );
      })}
    </tr>
  );
}

function Claims() {
  if (claims.value.length === 0) return null;
  return (
    <section class="compare-claims" aria-labelledby="compare-claims">
      <h2 id="compare-claims">
        <Term explanation={COMPARE.claims}>What the lecture says, and these runs</Term>
      </h2>
      <ul>
        {claims.value.map((one) => (
          <Claim key={`${one.letter} ${one.words}`} claim={one} />
        ))}
      </ul>
    </section>
  );
}

function Claim({ claim: { letter, kind, words, finding } }: { claim: Judged }) {
  return (
    <li data-verdict={finding.verdict}>
      <span class="claim">
        <Sign letter={letter} /> <b>{letter}</b> {words} <span class="small muted">{kind}</span>
      </span>
      <span class="verdict small">{finding.verdict}</span>
      <span class="finding">{finding.words}</span>
    </li>
  );
}

/** Hands the table to the browser as a file. */
function save(kind: "csv" | "md"): void {
  const config = histories.value[0]?.info.config;
  const title = `${titleOf(config?.dataset.kind)}, seed ${config?.seed ?? 0}`;
  const { name, unit } = CLOCK_TERMS[clock.value];
  const moment = { clock: name.replace("Clock: ", ""), unit, at: time.value, end: end.value };
  const text =
    kind === "csv"
      ? csvOf(measured.value, claims.value, moment)
      : markdownOf(title, measured.value, claims.value, moment);
  const type = kind === "csv" ? "text/csv" : "text/markdown";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = `comparison-${config?.dataset.kind ?? "runs"}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
