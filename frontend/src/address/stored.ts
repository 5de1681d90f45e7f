/** The stored run that plays at the first paint, and wherever no run of the server is on the stage. */
import { decode } from "@msgpack/msgpack";
import { batch } from "@preact/signals";
import { choiceOf } from "../form/points";
import { decodeLandscape } from "../protocol/frame";
import type { RunConfig, StoredRun, WireFrame } from "../protocol/wire";
import { watching } from "../run/following";
import { openHistory } from "../run/history";
import { moved } from "../run/moved";
import * as replay from "../run/replay";
import { catalogue, draft, history, info, rolling, stored, truth } from "../state";
import { stillness } from "../theme";

/** Training time of the choice that the stored run leaves in the form: its own length is that of another machine. */
const SECONDS = 30;

/** The choice that the stored run leaves in the form. */
export const choiceOfStored = (config: RunConfig): RunConfig =>
  choiceOf({ ...config, seconds: SECONDS, updates: null });

let read: Promise<StoredRun> | null = null;
let others: Promise<WireFrame[]> | null = null;

/** Puts the stored run on the stage and lets it roll. */
export async function playStored(): Promise<void> {
  read ??= readStored();
  const found = await read;
  const film = replay.storedFilm(found, rest);
  if (info.value && !stored.value) watching.want("lab", info.value.id, null);
  batch(() => {
    if (found.catalogue) catalogue.value ??= found.catalogue;
    replay.load(film);
    history.value = {
      ...openHistory(found.run, "stored"),
      rows: found.metrics,
      events: found.events ?? [],
      keyframes: film.keyframes,
    };
    draft.value = choiceOfStored(found.run.config);
    truth.value = found.truth ? decodeLandscape(found.truth) : null;
  });
  const last = film.keyframes.at(-1)?.step ?? 0;
  await replay.seek(stillness.matches ? last : 0);
  rolling.value = !stillness.matches;
  void moved.then(rest).catch(() => null); // told where a moment of it is wanted
}

const readStored = async () => (await file("run")) as StoredRun;

/** The frames after the first few; asked for again where they did not come. */
function rest(): Promise<WireFrame[]> {
  others ??= file("rest").then(
    (found) => (found as { frames: WireFrame[] }).frames,
    (error: Error) => {
      others = null;
      throw error;
    },
  );
  return others;
}

async function file(name: string): Promise<unknown> {
  const answer = await fetch(`demo/${name}.msgpack`, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`the stored run cannot be read: ${answer.status} ${answer.statusText}`);
  return decode(new Uint8Array(await answer.arrayBuffer()));
}
