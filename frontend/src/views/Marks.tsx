/** Changes as numbered marks, on the time line and on charts: a press offers to go there, or to undo one. */
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { undo } from "../actions/change";
import { type Chart, Plot } from "../charts/Plot";
import { evidence } from "../charts/readings";
import type { Origin } from "../protocol/wire";
import type { Mark } from "../run/marks";
import { versionsText } from "../run/plugins";
import { scrub } from "../run/scrub";
import { active, composing, fields } from "../state";
import { count, setting } from "../words/format";
import { Term } from "../words/Term";
import { TIME_MARKS } from "../words/terms";

/** "η 0.05 → 0.034" of a change, "mine 1a2b3c4d → 5e6f7a8b" of one of plug-ins. */
export function changeText(mark: Pick<Mark, "path" | "value" | "previous">): string {
  if (mark.path === "plugins") return versionsText(mark.previous as Origin[], mark.value as Origin[]);
  const field = fields.value.find(({ path }) => path === mark.path);
  const name = field?.symbol ?? field?.label ?? mark.path.split(".").at(-1)!.replaceAll("_", " ");
  const values = [setting(mark.previous), setting(mark.value)];
  const [before, after] = values[0] === values[1] ? [String(mark.previous), String(mark.value)] : values;
  return `${name} ${before} → ${after}`;
}

/** The mark whose note stays open, by where it stands and its number. */
const pinned = signal<string | null>(null);

interface MarkProps {
  mark: Mark;
  /** How far along, as a share of the width. */
  at: number;
  /** The time line, whose marks the tab key reaches, or the title of a chart, which has the same marks again. */
  where: string;
}

export function MarkButton({ mark, at, where }: MarkProps) {
  const number = useRef<HTMLButtonElement>(null);
  const text = changeText(mark);
  const back = mark.undone === null ? "" : `, taken back at update ${count(mark.undone)}`;
  const live = fields.value.some((field) => field.live && field.path === mark.path);
  const possible = mark.undone === null && active.value && !composing.value && live;
  const name = `${where} ${mark.number}`;
  const open = pinned.value === name;
  /** Closes the note; whoever has come by keys goes on at the number. */
  const close = (byKeys: boolean) => {
    pinned.value = null;
    if (byKeys) number.current?.focus();
  };
  return (
    <div
      class="mark"
      role="group"
      style={{ left: `${100 * Math.min(at, 1)}%` }}
      data-side={at > 0.7 ? "left" : at < 0.3 ? "right" : "middle"}
      data-open={open}
      data-undone={mark.undone !== null}
      onKeyDown={(event) => {
        if (event.key === "Escape") close(true);
        event.stopPropagation();
      }}
    >
      <button
        ref={number}
        type="button"
        class="mark-number mono"
        tabIndex={where === "time" ? 0 : -1}
        aria-expanded={open}
        aria-label={`Change ${mark.number}: ${text} ${placeOf(mark)}${back}`}
        onClick={() => (pinned.value = open ? null : name)}
      >
        {mark.number}
      </button>
      <div class="mark-note small">
        <span>
          <Term explanation={{ ...TIME_MARKS.change, name: `Change ${mark.number}` }}>
            <span class="mono">{text}</span>
          </Term>{" "}
          <span class="muted">{placeOf(mark) + back}</span>
        </span>
        <button type="button" class="link" onClick={() => scrub(mark.step)}>
          Go there
        </button>
        {possible && (
          <button
            type="button"
            class="link"
            onClick={({ detail }) => {
              close(detail === 0);
              undo(mark);
            }}
          >
            Undo
          </button>
        )}
      </div>
    </div>
  );
}

/** A chart over the updates of the run, with its marks. */
export function MarkedPlot({ chart, height }: { chart: Chart; height: number }) {
  const { marks, horizon } = evidence.value;
  return (
    <div class="plot-marked">
      <Plot chart={chart} height={height} />
      <div class="plot-marks">
        {marks.map((mark) => (
          <MarkButton key={mark.number} mark={mark} at={mark.step / horizon} where={chart.title} />
        ))}
      </div>
    </div>
  );
}

/** Where a change was made: a drag is many, over some updates. */
function placeOf({ step, last }: Mark): string {
  return last === step ? `at update ${count(step)}` : `from update ${count(step)} to ${count(last)}`;
}
