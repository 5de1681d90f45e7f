/** A lens over the stage. */
import { type Place, rows } from "./drawn";
import { ArrowsOf, Points } from "./Marks";
import type { Arrows, Phase } from "./motion";

/** Pixels below which the arrows of a phase are looked at through a lens, its radius, and its longest arrow. */
const [SMALL, LENS, SEEN] = [18, 0.17, 1.1];

/** One of the points through a lens, where arrows are too short to be compared: the same points, only larger. */
export function Lens({ now, place, size }: { now: Phase; place: Place; size: number }) {
  const kinds = Object.values(now.arrows);
  const length = ({ start, end }: Arrows, row: number) => {
    const [[x0, y0], [x1, y1]] = [place(start, row), place(end, row)];
    return Math.hypot(x1 - x0, y1 - y0);
  };
  const mean = (kind: Arrows) => {
    const moved = rows(kind.start)
      .map((row) => length(kind, row))
      .filter((pixels) => pixels > 0);
    return moved.reduce((sum, pixels) => sum + pixels, 0) / Math.max(moved.length, 1);
  };
  if (kinds.length === 0 || kinds.every((kind) => mean(kind) >= SMALL)) return null;
  const inside = ([x, y]: [number, number]) => x > 0 && y > 0 && x < size && y < size;
  const row = rows(kinds[0]!.start).find((one) => inside(place(kinds[0]!.start, one)));
  if (row === undefined) return null;
  const seen = kinds.reduce((most, kind) => (length(kind, row) > length(most, row) ? kind : most));
  const longest = length(seen, row);
  if (longest < 0.5) return null;
  const [[x0, y0], [x1, y1]] = [place(seen.start, row), place(seen.end, row)];
  const [px, py] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const radius = LENS * size;
  const factor = (SEEN * radius) / longest;
  if (factor < 1.5) return null;
  // in the corner that is farthest from what it shows
  const [cx, cy] = [
    px > size / 2 ? radius + 8 : size - radius - 8,
    py > size / 2 ? radius + 8 : size - radius - 8,
  ];
  const through: Place = (points, one) => {
    const [x, y] = place(points, one);
    return [cx + (x - px) * factor, cy + (y - py) * factor];
  };
  return (
    <g class="phases-lens">
      <clipPath id="phases-lens">
        <circle cx={cx} cy={cy} r={radius} />
      </clipPath>
      <circle class="phases-glass" cx={cx} cy={cy} r={radius} />
      <circle class="phases-ring" cx={px} cy={py} r={12} />
      <g clip-path="url(#phases-lens)">
        {Object.entries(now.arrows).map(([name, arrows]) => (
          <ArrowsOf key={name} name={name} arrows={arrows} place={through} />
        ))}
        {Object.entries(now.points).map(([name, points]) => (
          <Points key={name} name={name} points={points} place={through} />
        ))}
      </g>
      <text x={cx} y={cy + radius - 10}>
        × {factor.toPrecision(2)}
      </text>
    </g>
  );
}
