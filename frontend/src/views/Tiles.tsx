/** Images as tiles: which ones, the canvas, and what is known of the one that is pointed at. */
import { signal } from "@preact/signals";
import type { TargetedKeyboardEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { chooseByArrows } from "../form/radios";
import { createImageGrid, type ImageGrid, type ImageSource, SIDE } from "../stage";
import { info, recordedFrame, untrained, usesChains } from "../state";
import { theme } from "../theme";
import { classCalled } from "../ways/called";
import { Picture } from "../ways/Picture";
import { close, type From, open, opened, prepare, walkable } from "../ways/state";
import { imageOf } from "../ways/way";
import { type Explanation, explains } from "../words/explaining";
import { fixed } from "../words/format";
import { Told } from "../words/Told";
import { CHAINS_FOR_LOOKING, LAYER_TERMS } from "../words/terms";
import { usePainter } from "./StageCanvas";
import {
  chosenSource,
  energiesOf,
  pointedAt,
  source,
  sources,
  type Tile,
  tile,
  tileAt,
  tileBeside,
} from "./tiles";
import { shownFrame } from "./unlearned";

/** What readers of the screen were told last. */
const said = signal("");
const RANGE = [-1, 1] as const;

function termOf(name: ImageSource): Explanation {
  return name === "chains" && !usesChains.value ? CHAINS_FOR_LOOKING : LAYER_TERMS[name];
}

/** Whose images the tiles show. */
export function Sources() {
  return (
    <div class="words" role="radiogroup" onKeyDown={chooseByArrows} aria-label="What the tiles show">
      {inPlace(sources.value).map((name) => (
        <button
          key={name}
          type="button"
          class={`word ${name}-word`}
          role="radio"
          aria-checked={source.value === name}
          {...explains(termOf(name))}
          onClick={() => {
            close();
            chosenSource.value = name;
          }}
        >
          {name === "chains" && !usesChains.value ? "chains, for looking" : name}
        </button>
      ))}
    </div>
  );
}

/** The data stand first: they are there before all else, and their word stays in its place. */
const inPlace = (names: ImageSource[]) =>
  [...names].sort((a, b) => Number(b === "data") - Number(a === "data"));

const NAMES: Record<ImageSource, string> = {
  generator: "Images drawn by the generator",
  chains: "Images drawn by the chains",
  perturbed: "Images of the data with noise",
  data: "Images of the data",
};

export function Tiles() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const grid = useRef<ImageGrid | null>(null);
  usePainter(canvas, (element) => {
    const created = createImageGrid(element, { theme: theme.value, range: RANGE });
    grid.current = created;
    created.setSource(source.value);
    return {
      show: (frame) => created.show(frame),
      resize: (size, dpr) => created.resize(size, dpr),
      draw: (now) => created.draw(now),
      before: () => {
        const frame = shownFrame.value;
        created.tell(frame && energiesOf(frame, source.value), pointedAt.value);
      },
    };
  });
  const [colors, shown] = [theme.value, source.value];
  useEffect(() => grid.current?.setTheme(colors), [colors]);
  useEffect(() => grid.current?.setSource(shown), [shown]);
  useEffect(() => () => void (pointedAt.value = null), []);
  // the tile that was opened has the focus again
  const left = useRef<number | null>(null);
  const now = opened.value;
  useEffect(() => {
    if (!now && left.current !== null) {
      canvas.current?.focus({ preventScroll: true });
      pointedAt.value = left.current;
    }
    left.current = now?.number ?? null;
  }, [now]);
  const count = () => Math.min(shownFrame.value?.arrays[source.value]?.shape[0] ?? 0, SIDE * SIDE);
  const whoComes = () => {
    if (walkable.value && info.value) prepare(info.value.id);
  };
  const point = ({ offsetX, offsetY, currentTarget }: PointerEvent) => {
    const width = (currentTarget as HTMLElement).clientWidth;
    pointedAt.value = tileAt(offsetX, offsetY, width, count());
  };
  return (
    <canvas
      ref={canvas}
      class="stage"
      role="img"
      tabIndex={0}
      data-opens={walkable.value}
      aria-label={`${NAMES[shown]}. Arrow keys go from one to the next${walkable.value ? ", enter shows its way from noise" : ""}.`}
      aria-describedby="tile-reading"
      onPointerEnter={whoComes}
      onFocus={whoComes}
      onPointerMove={point}
      onPointerDown={point}
      onClick={({ offsetX, offsetY, currentTarget }) =>
        openTile(tileAt(offsetX, offsetY, currentTarget.clientWidth, count()))
      }
      onPointerLeave={(event) => {
        if (event.pointerType !== "touch") pointedAt.value = null;
      }}
      onKeyDown={(event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
        if (event.key === "Enter" && walkable.value) {
          event.preventDefault();
          return openTile(pointedAt.value ?? 0);
        }
        const next = tileBeside(pointedAt.value, event.key, count());
        if (next === null) return;
        event.preventDefault();
        event.stopPropagation();
        pointedAt.value = next;
        said.value = tile.value ? inWords(tile.value) : "";
      }}
    />
  );
}

/** Where the way of a tile starts, and the noise that is offered on its image. */
const STARTS: Record<ImageSource, [From, number]> = {
  chains: ["noise", 0],
  generator: ["tile", 0],
  perturbed: ["tile", 0],
  data: ["tile", 0.5],
};

const CALLED: Record<ImageSource, string> = {
  chains: "Chain",
  generator: "Generator sample",
  perturbed: "Noisy image",
  data: "Image",
};

/** Shows the way of a tile of the run on the stage. */
function openTile(number: number | null): void {
  const images = shownFrame.value?.arrays[source.value];
  const run = info.value?.id;
  if (number === null || !images || !run || !walkable.value) return;
  // the frame may be renewed in place
  const { shape, values } = imageOf(images, number);
  const image = { shape, values: values.slice() };
  open({ run, number, name: `${CALLED[source.value]} ${number + 1}`, image }, ...STARTS[source.value]);
}

const POINT = "Point for its energy, press for its way.";

const OPENED =
  "A chain run anew by the energy of one moment: the same seed, the same way. Go along the film; drag the time line to see the same chain by an earlier energy.";

/** What a source is, where no tile is pointed at; one text, so that none of it moves for another. */
function captionOf(name: ImageSource): string {
  if (opened.value) return OPENED;
  if (recordedFrame.value && name !== "data")
    return "Each tile is an image of a recorded run, on its way from noise. A run of your own tells more of it.";
  if (untrained.value) return "Samples of the data. Press play, and the energy of such images is learned.";
  switch (name) {
    case "generator":
      return `Each tile is one draw of the generator, which training uses in the place of chains. ${POINT}`;
    case "chains":
      return usesChains.value
        ? `Each tile is one chain on its way from noise. Some start afresh now and then. ${POINT}`
        : `For looking only: chains on the learned energy. Training uses none. ${POINT}`;
    case "perturbed":
      return "Data with noise: where this update matches the score.";
    case "data":
      return `Images of the data. ${POINT}`;
  }
}

/** " a 3" of digits, " a cat" of what is called so; nothing where there are no classes. */
const ofClass = (label: number | null) => (label === null ? "" : ` a ${classCalled(label)}`);

/** A tile in words, said when a key leads to it and not with each frame. */
function inWords({ number, energy, nearest }: Tile): string {
  const like = nearest ? `, nearest of the data${ofClass(nearest.label)}` : "";
  return `Sample ${number + 1}${energy === null ? "" : `, energy ${fixed(energy, 2)}`}${like}`;
}

export function TileReading() {
  const at = opened.value ? null : tile.value;
  return (
    <div class="under small" id="tile-reading">
      <p class="hidden-visually" role="status">
        {said.value}
      </p>
      {at ? (
        <p class="reading tile-reading">
          <span class="mono">sample {at.number + 1}</span>
          {at.energy !== null && <span class="mono">E {fixed(at.energy, 2)}</span>}
          {at.nearest && (
            <>
              <span class="nearest">
                nearest of the data{" "}
                <Picture class="nearest-image" image={at.nearest.image} label="the nearest image" />
                {ofClass(at.nearest.label)}
              </span>
              <span class="mono">distance {fixed(at.nearest.distance, 2)}</span>
            </>
          )}
        </p>
      ) : (
        <p class="muted two-lines">
          <Told text={captionOf(source.value)} />
        </p>
      )}
    </div>
  );
}
