/** The points and arrows of the phase that is shown, over a stage that stands back. */
import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Landscape } from "../protocol/frame";
import { SHOWN_EXTENT } from "../protocol/units";
import type { Camera } from "../stage";
import { Change } from "./Change";
import type { Place } from "./drawn";
import { Lens } from "./Lens";
import { ArrowsOf, Marks, Points } from "./Marks";
import type { Phase } from "./motion";
import { at, motion, phase } from "./state";
import { Tiles } from "./Tiles";

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
      <Lens now={now} place={place} size={size} />
    </svg>
  );
}
