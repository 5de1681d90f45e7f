/** Starts the page: the stored run moves first, then the server is asked for what it has. */
import { render } from "preact";
import "./style/base.css";
import "./style/layout.css";
import "./style/controls.css";
import "./style/form.css";
import "./style/papers.css";
import "./style/stage.css";
import "./style/drawing.css";
import "./style/evidence.css";
import "./style/runs.css";
import "./style/samplers.css";
import "./style/ways.css";
import "./style/compare.css";

import "./style/explanation.css";
import "./style/export.css";
import "./style/narrow.css";
import "./style/flat.css";
import "./style/phases.css";
import "./style/sweeps.css";
import { App } from "./App";
import { arriveAtChoices, arriveAtRun, arriveAtView } from "./address/arrive";
import { startComparing } from "./address/comparison";
import { keepers } from "./address/here";
import { holding, keepAddress } from "./address/keep";
import { leftHere, placeToCome, takeUpLeft } from "./address/leaving";
import { namesChoice } from "./address/place";
import { surfaceOf, viewOf } from "./address/view";
import { listen } from "./keyboard";
import { connection, loadCatalogue, start } from "./run/following";
import { playRecordings } from "./run/recordings";
import { expected, look } from "./samplers/state";
import { camera, draft, drawing, orbit } from "./state";
import { stillness } from "./theme";

async function main(): Promise<void> {
  const left = leftHere();
  const place = placeToCome(left);
  const faults: string[] = [];
  render(<App />, document.getElementById("app")!);
  startComparing();
  keepers.set("view", viewOf(camera));
  keepers.set("surface", surfaceOf(orbit));
  keepers.set("sample.view", viewOf(look));
  start();
  listen();
  playRecordings(() => stillness.matches);
  await arriveAtRun(place, faults);
  await arriveAtView(place, faults);
  const before = chosen();
  expected.value = place.known.sample !== undefined || place.known.by !== undefined;
  const rest = async () => {
    await loadCatalogue();
    connection.connect();
    // what a person chose meanwhile stands
    if (namesChoice(place) && chosen() === before) await arriveAtChoices(place, faults);
    expected.value = false;
    if (left) await takeUpLeft(left);
  };
  if (left || namesChoice(place)) void holding(rest());
  else void rest();
  keepAddress();
}

/** What is to be learned, and how. */
const chosen = () => JSON.stringify([draft.value?.dataset, draft.value?.method.kind, drawing.value]);

void main();
