/** Starts the page of a file that was taken home: all that it shows is in the file. */
import { render } from "preact";
import "./style.css";
import { App } from "./App";
import { taken } from "./runs";
import { open } from "./state";

async function main(): Promise<void> {
  const app = document.getElementById("app")!;
  try {
    open(await taken(document.getElementById("runs")!.textContent));
    app.replaceChildren();
    render(<App />, app);
  } catch (error) {
    app.textContent = `The runs in this file cannot be shown. ${(error as Error).message}`;
  }
}

void main();
