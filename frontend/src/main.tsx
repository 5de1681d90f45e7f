/** Starts the page: the stored run moves first, then the server is asked for what it has. */
import { decode } from "@msgpack/msgpack";
import { batch } from "@preact/signals";
import { render } from "preact";
import "./style/base.css";
import "./style/layout.css";
import "./style/controls.css";
import "./style/form.css";
import "./style/stage.css";
import "./style/drawing.css";
import "./style/evidence.css";
import "./style/runs.css";
import "./style/samplers.css";
import "./style/narrow.css";
import "./style/flat.css";
import { App } from "./App";
import { open } from "./actions";
import { choiceOf } from "./form/points";
import { listen } from "./keyboard";
import type { StoredRun } from "./protocol/wire";
import { connection, loadCatalogue, start } from "./run/following";
import { openHistory } from "./run/history";
import * as replay from "./run/replay";
import { catalogue, draft, history, notice, rolling } from "./state";
import { stillness } from "./theme";

/** Training time of the choice that the stored run leaves in the form: its own length is that of another machine. */
const SECONDS = 30;

/** The run that the address names: #run=ID. */
function runInAddress(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get("run");
}

async function playStored(): Promise<void> {
  const answer = await fetch("/demo/run.msgpack", { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`the stored run cannot be read: ${answer.status} ${answer.statusText}`);
  const stored = decode(new Uint8Array(await answer.arrayBuffer())) as StoredRun;
  const film = replay.storedFilm(stored);
  batch(() => {
    if (stored.catalogue) catalogue.value ??= stored.catalogue;
    replay.load(film);
    history.value = {
      ...openHistory(stored.run, "stored"),
      rows: stored.metrics,
      events: stored.events ?? [],
      keyframes: film.keyframes,
    };
    draft.value = choiceOf({ ...stored.run.config, seconds: SECONDS, updates: null });
  });
  const last = film.keyframes.at(-1)?.step ?? 0;
  await replay.seek(stillness.matches ? last : 0);
  rolling.value = !stillness.matches;
}

/** Shows the run that the address names; where it is gone, or none is named, the stored run. */
async function showFirst(id: string | null): Promise<void> {
  if (id && (await open(id))) return;
  const said = notice.value;
  await playStored();
  if (said) notice.value = said;
}

async function main(): Promise<void> {
  const named = runInAddress();
  render(<App />, document.getElementById("app")!);
  start();
  listen();
  await showFirst(named).catch((error: Error) => {
    notice.value = { tone: "fault", text: `Nothing to replay: ${error.message}` };
  });
  await loadCatalogue();
  connection.connect();
}

window.addEventListener("hashchange", () => {
  const id = runInAddress();
  if (id) void open(id);
});

void main();
