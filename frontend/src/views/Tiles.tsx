/** Images as tiles: which ones, the canvas, and what is known of the one that is pointed at. */
import { signal } from "@preact/signals";
import type { TargetedKeyboardEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ownPictures } from "../form/pictures";
import { chooseByArrows } from "../form/radios";
import type { NumericArray } from "../protocol/frame";
import { createImageGrid, fillSheet, type ImageGrid, type ImageSource, SIDE } from "../stage";
import { catalogue, info, recordedFrame, untrained, usesChains } from "../state";
import { theme } from "../theme";
import { type Explanation, explains } from "../words/explaining";
import { fixed } from "../words/format";
import { Told } from "../words/Told";
import { CHAINS_FOR_LOOKING, LAYER_TERMS } from "../words/terms";
import { usePainter } from "./StageCanvas";
import { chosenSource, pointedAt, source, sources, type Tile, tile, tileAt, tileBeside } from "./tiles";
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
          onClick={() => (chosenSource.value = name)}
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
    grid.current = createImageGrid(element, { theme: theme.value, range: RANGE });
    grid.current.setSource(source.value);
    return grid.current;
  });
  const [colors, shown] = [theme.value, source.value];
  useEffect(() => grid.current?.setTheme(colors), [colors]);
  useEffect(() => grid.current?.setSource(shown), [shown]);
  useEffect(() => () => void (pointedAt.value = null), []);
  const count = () => Math.min(shownFrame.value?.arrays[source.value]?.shape[0] ?? 0, SIDE * SIDE);
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
      aria-label={`${NAMES[shown]}. Arrow keys go from one to the next.`}
      aria-describedby="tile-reading"
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={(event) => {
        if (event.pointerType !== "touch") pointedAt.value = null;
      }}
      onKeyDown={(event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
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

const POINT = "Point at one for its energy and nearest image.";

/** What a source is, where no tile is pointed at; one text, so that none of it moves for another. */
function captionOf(name: ImageSource): string {
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
function ofClass(label: number | null): string {
  if (label === null) return "";
  const dataset = info.value?.config.dataset;
  const offer = catalogue.value?.datasets.find(({ kind }) => kind === dataset?.kind);
  const names = ownPictures(dataset)?.class_names ?? offer?.class_names;
  return ` a ${names?.[label] ?? label}`;
}

/** A tile in words, said when a key leads to it and not with each frame. */
function inWords({ number, energy, nearest }: Tile): string {
  const like = nearest ? `, nearest of the data${ofClass(nearest.label)}` : "";
  return `Sample ${number + 1}${energy === null ? "" : `, energy ${fixed(energy, 2)}`}${like}`;
}

export function TileReading() {
  const at = tile.value;
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
                nearest of the data <Image image={at.nearest.image} />
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

function Image({ image }: { image: NumericArray }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current!;
    const shape = image.shape as [number, number, number, number];
    const [, , height, width] = shape;
    element.width = width;
    element.height = height;
    const context = element.getContext("2d");
    if (!context) return;
    const pixels = context.createImageData(width, height);
    fillSheet(pixels.data, image.values, image.values, 1, shape, RANGE);
    context.putImageData(pixels, 0, 0);
  }, [image]);
  return <canvas ref={canvas} class="nearest-image" role="img" aria-label="the nearest image" />;
}
