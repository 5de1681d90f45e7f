/** Images as tiles: which ones, the canvas, and what is known of the one that is pointed at. */
import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { chooseByArrows } from "../form/radios";
import { createImageGrid, type ImageGrid, type ImageSource } from "../stage";
import { active, drawing, info, moment, recordedFrame, stored, tab, untrained, usesChains } from "../state";
import { theme } from "../theme";
import { handOn } from "../ways/hand";
import { inWords, Reading } from "../ways/Reading";
import { close, opened, openTileOf, prepare, type Shown } from "../ways/state";
import { energiesOf, tilesOf } from "../ways/tiles";
import { type Explanation, explains } from "../words/explaining";
import { Told } from "../words/Told";
import { CHAINS_FOR_LOOKING, LAYER_TERMS } from "../words/terms";
import { usePainter } from "./StageCanvas";
import { chosenSource, pointedAt, source, sources, tile } from "./tiles";
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
  const whoComes = () => {
    if (shownInLab.value) prepare(shownInLab.value.run);
  };
  const walkable = opensInLab.value;
  return (
    <canvas
      ref={canvas}
      class="stage"
      role="img"
      tabIndex={0}
      data-opens={walkable}
      aria-label={`${NAMES[shown]}. Arrow keys go from one to the next${walkable ? ", enter shows its way from noise" : ""}.`}
      aria-describedby="tile-reading"
      onPointerEnter={whoComes}
      onFocus={whoComes}
      {...handOn({
        count: () => tilesOf(shownFrame.value, source.value),
        pointed: pointedAt,
        open: walkable ? openTile : null,
        led: () => {
          said.value = tile.value ? inWords(tile.value, info.value?.config.dataset) : "";
        },
      })}
    />
  );
}

/** The run on the stage, where it has an energy that chains can be run on. */
const shownInLab = computed<Shown | null>(() => {
  const run = info.value;
  const bare = stored.value || untrained.value || drawing.value || recordedFrame.value !== null;
  if (tab.value !== "lab" || run === null || bare || run.step === 0) return null;
  const { id, config, step } = run;
  return { run: id, dataset: config.dataset, moment: moment.value, step, goesOn: active.value };
});

/** There are tiles whose ways can be shown. */
const opensInLab = computed(() => shownInLab.value !== null && shownFrame.value !== null);

/** Shows the way of a tile of the run on the stage. */
function openTile(number: number): void {
  const [frame, run] = [shownFrame.value, shownInLab.value?.run];
  if (frame && run) openTileOf(frame, source.value, number, shownInLab, run);
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
      return `Each tile is a draw of the generator, not of a chain. ${POINT}`;
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

export function TileReading() {
  const at = opened.value ? null : tile.value;
  return (
    <div class="under small" id="tile-reading">
      <p class="hidden-visually" role="status">
        {said.value}
      </p>
      {at ? (
        <Reading of={at} dataset={info.value?.config.dataset} />
      ) : (
        <p class="muted two-lines">
          <Told text={captionOf(source.value)} />
        </p>
      )}
    </div>
  );
}
