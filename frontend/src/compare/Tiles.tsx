/** The images of a run of a comparison: a tile that is pressed opens its way, as in the lab. */
import { type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { DecodedFrame } from "../protocol/frame";
import { handOn } from "../ways/hand";
import { inWords, Reading } from "../ways/Reading";
import { opened, openTileOf, prepare } from "../ways/state";
import { tileOf, tilesOf } from "../ways/tiles";
import { useTiles } from "./canvases";
import type { CanvasProps } from "./Plane";
import { members } from "./state";
import { shownOf, sourceOf } from "./tiles";

interface TilesProps extends CanvasProps {
  /** The frame on the stage, and the tile of it that is pointed at. */
  frame: Signal<DecodedFrame | null>;
  pointed: Signal<number | null>;
}

export function Tiles({ index, run, told, label, frame, pointed }: TilesProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const said = useSignal("");
  const shown = useMemo(() => shownOf(run), [run]);
  useTiles(canvas, index, run, told, pointed);
  // the tile that was opened has the focus again
  const left = useRef<number | null>(null);
  const now = opened.value?.run === run ? opened.value.number : null;
  useEffect(() => {
    if (now === null && left.current !== null) {
      canvas.current?.focus({ preventScroll: true });
      pointed.value = left.current;
    }
    left.current = now;
  }, [now]);
  const opens = useComputed(() => shown.value !== null && frame.value !== null).value;
  const comes = () => {
    if (opens) prepare(run);
  };
  const open = (number: number) => {
    if (frame.value) openTileOf(frame.value, sourceOf(frame.value), number, shown, run);
  };
  return (
    <>
      <canvas
        ref={canvas}
        class="stage"
        role="img"
        tabIndex={0}
        data-opens={opens}
        aria-label={`Images drawn by ${label}. Arrow keys go from one to the next${opens ? ", enter shows its way" : ""}.`}
        onPointerEnter={comes}
        onFocus={comes}
        {...handOn({
          count: () => tilesOf(frame.value, sourceOf(frame.value)),
          pointed,
          open: opens ? open : null,
          led: () => {
            const [on, at] = [frame.value, pointed.value];
            const tile = on && at !== null ? tileOf(on, sourceOf(on), at) : null;
            said.value = tile ? inWords(tile, members.value[index]?.history.info.config.dataset) : "";
          },
        })}
      />
      <p class="hidden-visually" role="status">
        {said.value}
      </p>
    </>
  );
}

interface TileReadingProps extends Pick<TilesProps, "index" | "frame" | "pointed"> {
  run: string;
}

/** What is known of the tile that is pointed at; how to learn it, below the first stage. */
export function TileReading({ index, run, frame, pointed }: TileReadingProps) {
  const tile = useComputed(() => {
    const [on, at] = [frame.value, pointed.value];
    return on && at !== null ? tileOf(on, sourceOf(on), at) : null;
  });
  const dataset = members.value[index]?.history.info.config.dataset;
  const isOpen = opened.value?.run === run;
  if (tile.value && !isOpen)
    return (
      <div class="compare-reading small">
        <Reading of={tile.value} dataset={dataset} />
      </div>
    );
  return (
    <p class="compare-reading small muted">
      {index === 0 && !isOpen ? "Point at a tile for its energy, press for its way." : " "}
    </p>
  );
}
