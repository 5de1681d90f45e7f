/** The points and arrows of the phase that is shown, over a stage that stands back. */
import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Landscape, NumericArray } from "../protocol/frame";
import { SHOWN_EXTENT } from "../protocol/units";
import { type Camera, differenceColors } from "../stage";
import { theme } from "../theme";
import type { Arrows, Phase } from "./motion";
import { at, motion, phase } from "./state";
import { Tiles } from "./Tiles";

type Place = (points: NumericArray, row: number) => [number, number];

export function PhasesOverlay({ camera }: { camera: ReadonlySignal<Camera> }) {
  const [shown, now] = [motion.value, phase.value];
  if (!shown || !now) return null;
  const said = `Phase ${at.value + 1} of ${shown.phases.length}: ${now.name}. ${now.sentence}`;
  if (shown.images) return <Tiles phase={now} said={said} />;
  return <Plane now={now} change={now.pushes ? shown.change : null} camera={camera.value} said={said} />;
}

interface PlaneProps {
  now: Phase;
  change: Landscape | null;
  camera: Camera;
  said: string;
}

function Plane({ now, change, camera, said }: PlaneProps) {
  const box = useRef<SVGSVGElement>(null);
  const [size, setSize] = useState(560);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setSize(Math.max(1, entry!.contentRect.width)));
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, []);
  const scale = (size / (2 * SHOWN_EXTENT)) * camera.zoom;
  const onto = (x: number, y: number): [number, number] => [
    size / 2 + (x - camera.x) * scale,
    size / 2 - (y - camera.y) * scale,
  ];
  const place: Place = ({ values }, row) => onto(values[2 * row]!, values[2 * row + 1]!);
  const [left, top] = onto(-SHOWN_EXTENT, SHOWN_EXTENT);
  return (
    <svg ref={box} class="phases-overlay" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={said}>
      {change && <Change change={change} left={left} top={top} width={2 * SHOWN_EXTENT * scale} />}
      <g class="phases-rest">
        {Object.entries(now.rest).map(([name, points]) => (
          <Points key={name} name={name} points={points} place={place} />
        ))}
      </g>
      <g key={at.value} class="phases-active">
        {Object.entries(now.arrows).map(([name, arrows]) => (
          <ArrowsOf key={name} name={name} arrows={arrows} place={place} />
        ))}
        {Object.entries(now.values).map(([name, of]) => (
          <Marks key={name} points={now.points[name]} of={of} place={place} />
        ))}
        {Object.entries(now.points).map(([name, points]) => (
          <Points key={name} name={name} points={points} place={place} numbered={name in now.values} />
        ))}
      </g>
    </svg>
  );
}

const rows = (points: NumericArray) => Array.from({ length: points.shape[0] ?? 0 }, (_, row) => row);

interface PointsProps {
  name: string;
  points: NumericArray;
  place: Place;
  numbered?: boolean;
}

function Points({ name, points, place, numbered }: PointsProps) {
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

function ArrowsOf({ name, arrows, place }: { name: string; arrows: Arrows; place: Place }) {
  return (
    <g class={`phases-arrow phases-${name}`}>
      {rows(arrows.start).map((row) => {
        const d = arrow(place(arrows.start, row), place(arrows.end, row));
        return (
          d && (
            <g key={row}>
              <path class="casing" d={d} pathLength={1} />
              <path d={d} pathLength={1} />
            </g>
          )
        );
      })}
    </g>
  );
}

/** A shaft and a head as a path; nothing where the arrow is too short to be seen. */
export function arrow([x0, y0]: [number, number], [x1, y1]: [number, number]): string | null {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!(length > 0.8)) return null;
  const barb = Math.min(8, 0.5 * length) / length;
  const [bx, by] = [(x1 - x0) * barb, (y1 - y0) * barb];
  const point = (x: number, y: number) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const tip = point(x1, y1);
  const sides = [
    point(x1 - bx + 0.55 * by, y1 - by - 0.55 * bx),
    point(x1 - bx - 0.55 * by, y1 - by + 0.55 * bx),
  ];
  return `M${point(x0, y0)}L${tip}M${sides[0]}L${tip}L${sides[1]}`;
}

/** Longest bar, and largest disc, that a number is drawn by, in pixels. */
const [BAR, DISC] = [34, 22];

interface MarksProps {
  points: NumericArray | undefined;
  of: Record<string, Float32Array>;
  place: Place;
}

/** What the landscape did at points, as a bar up or down; and how it curves there, as a disc. */
function Marks({ points, of, place }: MarksProps) {
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
            return (
              d && (
                <g key={row}>
                  <path class="casing" d={d} pathLength={1} />
                  <path d={d} pathLength={1} />
                </g>
              )
            );
          })}
        </g>
      )}
    </>
  );
}

/** What the whole landscape did, from violet, where it fell, to green, where it rose. */
function Change({
  change,
  left,
  top,
  width,
}: {
  change: Landscape;
  left: number;
  top: number;
  width: number;
}) {
  const colors = differenceColors[theme.value];
  const href = useMemo(() => painted(change, colors), [change, colors]);
  if (!href) return null;
  return <image href={href} x={left} y={top} width={width} height={width} preserveAspectRatio="none" />;
}

function painted({ values, size }: Landscape, colors: Uint32Array): string | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  if (!context) return null;
  const pixels = context.createImageData(size, size);
  const words = new Uint32Array(pixels.data.buffer);
  const reach = reachOf(values);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const share = Math.min(Math.max(values[row * size + column]! / reach, -1), 1);
      const color = colors[Math.round(((share + 1) / 2) * (colors.length - 1))]!;
      const alpha = Math.round(225 * Math.min(1, 1.6 * Math.abs(share)));
      words[(size - 1 - row) * size + column] = ((color & 0xffffff) | (alpha << 24)) >>> 0;
    }
  }
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}

/** The change that gets the full colour: all but a few cells stay below it. */
export function reachOf(values: Float32Array): number {
  const sorted = values.map(Math.abs).sort();
  return Math.max(sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 0, 1e-9);
}
