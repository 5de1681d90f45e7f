/** Starts the page: the stored run moves first, then the server is asked for what it has. */
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

import "./style/explanation.css";
import "./style/narrow.css";
import "./style/flat.css";
import "./style/phases.css";
import { App } from "./App";
import { arriveAtChoices, arriveAtRun, arriveAtView } from "./address/arrive";
import { keepers } from "./address/here";
import { keepAddress } from "./address/keep";
import { placeIn } from "./address/place";
import { surface, viewOf } from "./address/view";
import { listen } from "./keyboard";
import { connection, loadCatalogue, start } from "./run/following";
import { playRecordings } from "./run/recordings";
import { look } from "./samplers/state";
import { camera } from "./state";
import { stillness } from "./theme";

async function main(): Promise<void> {
  const place = placeIn(location.hash);
  const faults: string[] = [];
  render(<App />, document.getElementById("app")!);
  keepers.set("view", viewOf(camera));
  keepers.set("surface", surface);
  keepers.set("sample.view", viewOf(look));
  start();
  listen();
  playRecordings(() => stillness.matches);
  await arriveAtRun(place, faults);
  await arriveAtView(place, faults);
  await loadCatalogue();
  connection.connect();
  await arriveAtChoices(place, faults);
  keepAddress();
}

void main();
