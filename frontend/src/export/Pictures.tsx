/** What stands still: the stages and the charts. */
import { signal } from "@preact/signals";
import { Choice, Group, Make } from "./Controls";
import { make, making } from "./making";
import { chartPicture, stagePng, stageSvg } from "./printing";
import type { Subject } from "./subject";

/** Pixels that a print is wide. */
const PRINTS = [1200, 2400, 3600];

const print = signal(2400);

export function Pictures({ of }: { of: Subject }) {
  const background = of.looks.theme === "dark" ? "#101317" : "#ffffff";
  const drawn = of.runs.some(({ frame }) => frame !== null);
  const png = () => stagePng(of.runs, of.looks, print.value);
  return (
    <Group name="Pictures">
      {drawn && (
        <Make label="Stage PNG" act={() => void make("The picture", `${of.name}.png`, png)}>
          {of.runs.length > 1
            ? "The stages beside each other, each as wide as chosen."
            : "The stage as it is."}
        </Make>
      )}
      <Vectors of={of} />
      {of.charts.map((chart) => (
        <p key={chart.name} class="export-row">
          {(["png", "svg"] as const).map((format) => (
            <button
              key={format}
              type="button"
              class="pill"
              disabled={making.value !== null}
              aria-label={`${chart.name}, ${format.toUpperCase()}`}
              onClick={() =>
                void make("The chart", `${of.name}-${chart.name.replaceAll(" ", "-")}.${format}`, () =>
                  chartPicture(chart, format, print.value, background),
                )
              }
            >
              {format.toUpperCase()}
            </button>
          ))}
          <span class="small muted">The chart: {chart.name}.</span>
        </p>
      ))}
      <div class="export-choices">
        <Choice label="Width" value={print} options={PRINTS.map((px) => [px, `${px} px`])} />
      </div>
    </Group>
  );
}

/** Each stage of the plane as SVG, a file of its own. */
function Vectors({ of }: { of: Subject }) {
  const maps = of.runs.flatMap((run, i) => (run.frame?.landscape ? [{ run, letter: "ABCD".charAt(i) }] : []));
  if (maps.length === 0) return null;
  const several = of.runs.length > 1;
  return (
    <p class="export-row">
      {maps.map(({ run, letter }) => (
        <button
          key={letter}
          type="button"
          class="pill"
          disabled={making.value !== null}
          onClick={() =>
            void make("The picture", `${of.name}${several ? `-${letter}` : ""}.svg`, () =>
              stageSvg(run, of.looks, print.value),
            )
          }
        >
          {several ? `Stage ${letter} SVG` : "Stage SVG"}
        </button>
      ))}
      <span class="small muted">
        The map is an image in it; contours, points, axes and letters are shapes.
      </span>
    </p>
  );
}
