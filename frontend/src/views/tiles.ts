/** What the tiles show of a run on images, and what is known of the tile under the pointer. */
import { computed, signal } from "@preact/signals";
import type { ImageSource } from "../stage";
import { sourcesOf, type Tile, tileOf, usual } from "../ways/tiles";
import { shownFrame } from "./unlearned";

/** The source that a person has chosen; null leaves it to the method. */
export const chosenSource = signal<ImageSource | null>(null);

/** The sources that the frame has. */
export const sources = computed<ImageSource[]>(() => sourcesOf(shownFrame.value));

/** What is shown: the generator's samples where there is one, else chains; data before anything is trained. */
export const source = computed<ImageSource>(() => {
  const has = sources.value;
  const chosen = chosenSource.value;
  return chosen && has.includes(chosen) ? chosen : (usual(has) ?? "data");
});

/** The tile that is pointed at, by its number. */
export const pointedAt = signal<number | null>(null);

/** What the frame tells of the tile that is pointed at. */
export const tile = computed<Tile | null>(() => {
  const [frame, number] = [shownFrame.value, pointedAt.value];
  return frame && number !== null ? tileOf(frame, source.value, number) : null;
});
