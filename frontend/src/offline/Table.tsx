/** What was measured of the runs of a comparison up to the time of the clock; of repeats the median and the range. */
import { stepAt } from "../compare/clock";
import { type Figures, figuresOf } from "../compare/figures";
import { medianOf } from "../compare/repeats";
import { best, cell, type Row, rangeText, rowsOf } from "../compare/table";
import { clock, last, place, runs, time } from "./state";

function measured(): Figures[] {
  const whole = place.value >= last.value;
  return runs.value.map((run, i) => {
    const is = { letter: "ABCD".charAt(i), method: run.method, family: run.family };
    const seeds = [run, ...run.repeats].map((one) =>
      figuresOf(one, whole ? Number.POSITIVE_INFINITY : stepAt(clock.value, one, time.value), is),
    );
    return medianOf(seeds);
  });
}

export function Table() {
  if (runs.value.length < 2) return null;
  const all = measured();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <div class="measured" tabIndex={0} role="region" aria-label="Measured">
      <table>
        <thead>
          <tr class="small">
            <td />
            {all.map(({ letter, method, seeds }) => (
              <th key={letter} scope="col">
                {letter} {method}
                {seeds && <span class="muted">median of {seeds.length} seeds</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(all).map((row) => (
            <Line key={row.name} row={row} all={all} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ row, all }: { row: Row; all: Figures[] }) {
  const winners = best(row, all);
  return (
    <tr>
      <th scope="row">
        {row.name}
        {row.unit && <span class="muted small"> {row.unit}</span>}
      </th>
      {all.map((one) => {
        const { text, floor } = cell(row, one);
        const wins = winners.includes(one);
        return (
          <td key={one.letter} class="mono" data-best={wins}>
            {text}
            {wins && (
              <span class="hidden-visually"> {floor === null ? "(best)" : "(nearest to its real)"}</span>
            )}
            <span class="small muted">
              {[rangeText(row, one), floor && `real ${floor}`].filter(Boolean).join(", ")}
            </span>
          </td>
        );
      })}
    </tr>
  );
}
