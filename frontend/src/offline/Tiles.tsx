/** The images of a run of the file: a tile that is pressed is shown larger, with its energy and its moment. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import * as Icons from "../Icons";
import type { DecodedFrame } from "../protocol/frame";
import { createImageGrid } from "../stage";
import { handOn } from "../ways/hand";
import { Picture } from "../ways/Picture";
import { CALLED, energiesOf, sourcesOf, tileOf, tilesOf, usual } from "../ways/tiles";
import { imageOf } from "../ways/way";
import { count, fixed } from "../words/format";
import { useCanvas } from "./canvas";
import { called, frames, theme } from "./state";

/** Tiles that are pointed at, and the one that is shown larger, by the place of their run. */
const pointed = signal<Record<number, number | null>>({});
const larger = signal<{ index: number; number: number } | null>(null);

const RANGE = [-1, 1] as const;
const sourceOf = (frame: DecodedFrame) => usual(sourcesOf(frame)) ?? "data";

/** The tile that is pointed at on a stage, as what a hand sets. */
const pointedOn = (index: number) => ({
  get value() {
    return pointed.value[index] ?? null;
  },
  set value(number: number | null) {
    pointed.value = { ...pointed.value, [index]: number };
  },
});

export function Tiles({ index }: { index: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useCanvas(canvas, (element) => {
    const grid = createImageGrid(element, { theme: theme.value, range: RANGE });
    let [shown, colors] = [null as DecodedFrame | null, theme.value];
    return {
      resize: (size, dpr) => grid.resize(size, dpr),
      draw: (now) => {
        if (colors !== theme.value) grid.setTheme((colors = theme.value));
        const frame = frames.value[index] ?? null;
        if (frame && frame !== shown) {
          grid.setSource(sourceOf(frame));
          grid.show(frame);
        }
        shown = frame;
        grid.tell(frame && energiesOf(frame, sourceOf(frame)), pointedOn(index).value);
        grid.draw(now);
      },
    };
  });
  // the tile that was shown larger has the focus again
  const isOpen = larger.value?.index === index;
  const was = useRef(false);
  useEffect(() => {
    if (was.current && !isOpen) canvas.current?.focus({ preventScroll: true });
    was.current = isOpen;
  }, [isOpen]);
  return (
    <div class="tiles">
      <canvas
        ref={canvas}
        class="stage"
        role="img"
        tabIndex={isOpen ? -1 : 0}
        data-opens
        aria-label={`Images of ${called(index)}. Arrow keys go from one to the next, enter shows it larger.`}
        {...handOn({
          count: () => {
            const frame = frames.value[index];
            return frame ? tilesOf(frame, sourceOf(frame)) : 0;
          },
          pointed: pointedOn(index),
          open: (number) => {
            larger.value = { index, number };
          },
        })}
      />
      {isOpen && <Larger index={index} number={larger.value!.number} />}
    </div>
  );
}

/** One tile in the place of all, as the replay goes on. */
function Larger({ index, number }: { index: number; number: number }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus({ preventScroll: true }), [number]);
  const frame = frames.value[index]!;
  const source = sourceOf(frame);
  const images = frame.arrays[source];
  const tile = tileOf(frame, source, number);
  const close = () => {
    pointedOn(index).value = number;
    larger.value = null;
  };
  return (
    <section
      ref={box}
      class="larger"
      tabIndex={-1}
      aria-label={`${CALLED[source]} ${number + 1}, larger`}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <div class="larger-heading">
        <h2>
          {CALLED[source]} {number + 1}
        </h2>
        <p class="mono small">
          update {count(frame.step)}
          {tile?.energy != null && ` · E ${fixed(tile.energy, 2)}`}
        </p>
        <button type="button" class="word" aria-label="Back to all tiles" onClick={close}>
          <Icons.Close />
        </button>
      </div>
      {tile && images ? (
        <Picture image={imageOf(images, number)} label={`${CALLED[source]} ${number + 1}`} />
      ) : (
        <p class="muted">This moment has no such tile.</p>
      )}
      <p class="small muted">
        How a chain came here, other starts and holes need the laboratory: this file has images and energies,
        and no weights of image networks.
      </p>
    </section>
  );
}

/** What is known of the tile that is pointed at, or how to learn it. */
export function TileReading({ index }: { index: number }) {
  const [frame, number] = [frames.value[index]!, pointedOn(index).value];
  const source = sourceOf(frame);
  const tile = number === null ? null : tileOf(frame, source, number);
  if (!tile || larger.value?.index === index)
    return (
      <p class="told small muted">
        {larger.value?.index === index ? " " : "Press a tile to see it larger, with its energy."}
      </p>
    );
  return (
    <p class="told small mono">
      <span>
        {CALLED[source].toLowerCase()} {tile.number + 1}
      </span>{" "}
      {tile.energy !== null && (
        <span>
          E <output data-tile={index}>{fixed(tile.energy, 2)}</output>
        </span>
      )}
    </p>
  );
}
