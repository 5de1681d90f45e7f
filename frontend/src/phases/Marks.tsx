/** The marks of a phase: points by their shapes, arrows, and numbers as bars and discs. */
import type { NumericArray } from "../protocol/frame";
import { arrow, type Place, rows } from "./drawn";
import type { Arrows } from "./motion";

interface PointsProps {
  name: string;
  points: NumericArray;
  place: Place;
  numbered?: boolean;
}

export function Points({ name, points, place, numbered }: PointsProps) {
  return (
    <g class={`phases-point phases-${name}`}>
      {rows(points).map((row) => {
        const [x, y] = place(points, row);
        return (
          <g key={row} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}>
            <path d={SHAPES[name] ?? DOT} />
            {numbered && (
              <text x={8} y={-6}>
                {row + 1}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

const DOT = "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z";
/** A shape as well as a hue for what a point is. */
const SHAPES: Record<string, string> = {
  generator: "M0-7L7 0L0 7L-7 0z",
  perturbed: "M-5-5L5 5M-5 5L5-5",
  rejected: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0zM-3.2-3.2L3.2 3.2",
  labelled: "M0-6.5L6 4.5L-6 4.5z",
  far: "M-4.5-4.5H4.5V4.5H-4.5z",
};

/** A line that stands out on bright and dark. */
function Cased({ d }: { d: string }) {
  return (
    <g>
      <path class="casing" d={d} pathLength={1} />
      <path d={d} pathLength={1} />
    </g>
  );
}

export function ArrowsOf({ name, arrows, place }: { name: string; arrows: Arrows; place: Place }) {
  return (
    <g class={`phases-arrow phases-${name}`}>
      {rows(arrows.start).map((row) => {
        const d = arrow(place(arrows.start, row), place(arrows.end, row));
        return d && <Cased key={row} d={d} />;
      })}
    </g>
  );
}

/** Longest bar, and largest disc, that a number is drawn by, in pixels. */
const [BAR, DISC] = [34, 22];

interface MarksProps {
  points: NumericArray | undefined;
  of: Record<string, Float32Array>;
  place: Place;
}

/** What the landscape did at points, as a bar up or down; and how it curves there, as a disc. */
export function Marks({ points, of, place }: MarksProps) {
  if (!points) return null;
  const { before, after } = of;
  const moved = before && after ? after.map((energy, row) => energy - before[row]!) : null;
  const bowl = of.curvature_after ?? of.curvature;
  const most = (numbers: Float32Array) => numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-12);
  return (
    <>
      {bowl && (
        <g class="phases-bowl">
          {rows(points).map((row) => {
            const [cx, cy] = place(points, row);
            const r = DISC * Math.sqrt(Math.abs(bowl[row]!) / most(bowl));
            return <circle key={row} cx={cx} cy={cy} r={r.toFixed(1)} data-dome={bowl[row]! < 0} />;
          })}
        </g>
      )}
      {moved && (
        <g class="phases-arrow phases-push">
          {rows(points).map((row) => {
            const [x, y] = place(points, row);
            const d = arrow([x, y], [x, y - (BAR * moved[row]!) / most(moved)]);
            return d && <Cased key={row} d={d} />;
          })}
        </g>
      )}
    </>
  );
}
