/** A way as a film strip, and its energy below it on the same axis; a hand or keys go along both. */
import { useEffect, useRef, useState } from "preact/hooks";
import { count, fixed } from "../words/format";
import { Picture } from "./Picture";
import { at } from "./state";
import { filmOf, freeSide, momentAt, range, type Way } from "./way";

const HEIGHT = 96;
/** CSS pixels of a picture of the strip, about. */
const ROOM = 44;
const MOST = 12;
const MARGIN = 6;

export function Film({ way, line, energy }: { way: Way; line: boolean; energy: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(520);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.max(1, entry!.contentRect.width)));
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, []);
  const pictures = Math.min(MOST, Math.max(6, Math.floor(width / ROOM)));
  const strip = filmOf(way.at.length, pictures);
  const last = way.at.length - 1;
  const now = at.value ?? last;
  /** The middles of the first and of the last picture are the ends of the axis. */
  const edge = width / strip.length / 2;
  const go = (index: number) => (at.value = Math.min(last, Math.max(0, index)));
  const point = (event: PointerEvent) => {
    const left = box.current!.getBoundingClientRect().left;
    go(momentAt(way, Math.min(1, Math.max(0, (event.clientX - left - edge) / (width - 2 * edge)))));
  };
  const KEYS: Record<string, number> = {
    ArrowRight: now + 1,
    ArrowUp: now + 1,
    ArrowLeft: now - 1,
    ArrowDown: now - 1,
    Home: 0,
    End: last,
  };
  return (
    <div
      ref={box}
      class="film"
      role="slider"
      tabIndex={0}
      aria-label="Moment of the way"
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={now}
      aria-valuetext={`${momentIn(way, now, line)}, energy ${fixed(way.energies[now], 2)}`}
      onPointerDown={point}
      onPointerMove={(event) => {
        if (event.pointerType === "mouse" || event.buttons > 0) point(event);
      }}
      onPointerLeave={(event) => {
        if (event.pointerType === "mouse") at.value = null;
      }}
      onKeyDown={(event) => {
        const next = KEYS[event.key];
        if (next === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        go(next);
      }}
    >
      <div class="film-strip" aria-hidden="true">
        {strip.map((index) => (
          <Picture key={index} image={way.images[index]!} label="" />
        ))}
      </div>
      <Curve way={way} width={width} edge={edge} now={now} energy={energy} />
      <p class="ends small mono muted" aria-hidden="true">
        <span>{line ? "0 %" : "step 0"}</span>
        <span>{momentIn(way, last, line)}</span>
      </p>
    </div>
  );
}

/** "step 240", or of a line "45 %". */
export const momentIn = ({ at: steps }: Way, index: number, line: boolean): string =>
  line ? `${Math.round(100 * steps[index]!)} %` : `step ${count(steps[index]!)}`;

interface CurveProps {
  way: Way;
  width: number;
  edge: number;
  now: number;
  energy: string;
}

function Curve({ way, width, edge, now, energy }: CurveProps) {
  const [low, high] = range(way.energies);
  const end = way.at.at(-1) || 1;
  const x = (index: number) => edge + (way.at[index]! / end) * (width - 2 * edge);
  const y = (energy: number) => MARGIN + ((high - energy) / (high - low)) * (HEIGHT - 2 * MARGIN);
  const points = way.energies.map((energy, i) => `${x(i).toFixed(1)},${y(energy).toFixed(1)}`).join(" ");
  return (
    <div class="curve">
      <svg width={width} height={HEIGHT} aria-hidden="true">
        <line class="hair" x1={0} x2={width} y1={y(low)} y2={y(low)} />
        <line class="hair" x1={0} x2={width} y1={y(high)} y2={y(high)} />
        <line class="cursor" x1={x(now)} x2={x(now)} y1={0} y2={HEIGHT} />
        <polyline points={points} />
        <circle cx={x(now)} cy={y(way.energies[now]!)} r={3.5} />
      </svg>
      <span class="small mono muted" data-at="high" data-side={freeSide(way, "high")}>
        highest {energy} {fixed(high, 2)}
      </span>
      <span class="small mono muted" data-at="low" data-side={freeSide(way, "low")}>
        lowest {energy} {fixed(low, 2)}
      </span>
    </div>
  );
}
