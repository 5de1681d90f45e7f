/** The phases of a run on images: rows of tiles, one for what each set of points is, and where arrows lead. */
import { useEffect, useRef } from "preact/hooks";
import type { NumericArray } from "../protocol/frame";
import { fillSheet } from "../stage";
import { ARROW_WORDS, POINT_WORDS } from "../words/phases";
import { difference } from "./drawn";
import type { Phase } from "./motion";

const RANGE = [-1, 1] as const;
/** Tiles of a row. */
const MOST = 6;

export function Tiles({ phase, said }: { phase: Phase; said: string }) {
  const sets = Object.entries(phase.points).map(([name, points]) => ({
    key: name,
    title: POINT_WORDS[name]?.word ?? name,
    points,
    kind: name,
    of: phase.values[name],
  }));
  // where an arrow that is to be matched leads is an image; any other is an image itself
  const led = Object.entries(phase.arrows)
    .filter(([name]) => name !== "target")
    .map(([name, arrows]) => ({
      key: `${name}-arrow`,
      title: ARROW_WORDS[name]?.word ?? name,
      points: name.startsWith("predicted") ? arrows.end : difference(arrows),
      kind: name,
      of: undefined,
    }));
  const seen = [...sets, ...led].filter(({ points }) => (points.shape[0] ?? 0) > 0);
  return (
    <div class="phases-overlay phases-tiles" role="img" aria-label={said}>
      {seen.map(({ key, title, points, kind, of }) => (
        <div key={key} class="phases-row">
          <p class={`small phases-word phases-${kind}`}>{title}</p>
          <div class="phases-sheet">
            {Array.from({ length: Math.min(points.shape[0]!, MOST) }, (_, row) => (
              <figure key={row}>
                <Tile points={points} row={row} />
                {of && <figcaption class="small mono">{captionOf(of, row)}</figcaption>}
              </figure>
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}

/** The energy before and after, or the first number that is known. */
function captionOf(of: Record<string, Float32Array>, row: number): string {
  const { before, after } = of;
  if (before && after) {
    const moved = after[row]! - before[row]!;
    return `${moved < 0 ? "↓" : "↑"} ${Math.abs(moved).toPrecision(2)}`;
  }
  const [name, numbers] = Object.entries(of)[0] ?? [];
  if (name === "accepted") return numbers![row] ? "accepted" : "stays";
  if (name === "slot") return `slot ${numbers![row]}`;
  return numbers ? numbers[row]!.toPrecision(3) : "";
}

function Tile({ points, row }: { points: NumericArray; row: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const [, channels = 1, height = 1, width = 1] = points.shape;
    const element = canvas.current!;
    element.width = width;
    element.height = height;
    const context = element.getContext("2d");
    if (!context) return;
    const entries = channels * height * width;
    const image = points.values.subarray(row * entries, (row + 1) * entries);
    const pixels = context.createImageData(width, height);
    fillSheet(pixels.data, image, image, 1, [1, channels, height, width], RANGE);
    context.putImageData(pixels, 0, 0);
  }, [points, row]);
  return <canvas ref={canvas} />;
}
