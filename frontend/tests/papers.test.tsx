// @vitest-environment happy-dom
/** The recipes of papers: offered for their data, filled in by a press, and told. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Catalogue, RunConfig } from "../src/protocol/wire";
import { catalogue, draft } from "../src/state";
import { Papers } from "../src/views/Papers";
import { empty, length } from "./catalogue.testing";

const box = document.createElement("div");
document.body.append(box);

const plain = (kind: string, shape: number[]) => ({
  kind,
  title: kind,
  summary: "",
  schema: {},
  shape,
  has_density: false,
  table: null,
  pictures: null,
  class_names: [],
  classes: null,
  columns: null,
  thumbnail: [],
});
const recipe = (steps: number) => ({
  ...length,
  seconds: 120,
  method: { kind: "persistent", chain_steps: steps },
  energy: { kind: "residual" },
  optimization: { learning_rate: 0.001 },
});
const preset = (name: string, steps: number) => ({
  name,
  title: name.toUpperCase(),
  paper: `Somebody 2019, ${name}`,
  link: "https://arxiv.org/abs/1903.08689",
  where: "table 1",
  recipe: "Sixty steps.",
  reached: "FID 40.",
  on: {
    mnist: {
      run: { ...recipe(steps), dataset: { noise: 0 } },
      parameters: 76833,
      takes: "3 minutes of one core",
      differs: ["Fewer steps."],
      figures: "Frechet distance 18.0.",
    },
  },
});
const known = {
  ...empty,
  datasets: [plain("moons", [2]), plain("mnist", [1, 28, 28])],
  presets: [preset("igebm", 20), preset("jem", 10)],
} as unknown as Catalogue;
const mnist = { kind: "mnist", noise: 0.03, data: "/sets/mnist" };
const choice = { ...recipe(5), dataset: mnist, seed: 7 } as unknown as RunConfig;

const draw = () => act(() => render(<Papers />, box));
const buttons = () => [...box.querySelectorAll<HTMLButtonElement>(".paper")];
const press = (button: HTMLButtonElement | undefined) => act(() => button?.click());

beforeEach(() => {
  catalogue.value = known;
  draft.value = choice;
});
afterEach(() => render(null, box));

it("offers the recipes for the data that are chosen, and none for others", () => {
  draw();
  expect(buttons().map((button) => button.textContent)).toEqual(["IGEBM 2019", "JEM 2019"]);
  act(() => {
    draft.value = { ...choice, dataset: { kind: "moons" } };
  });
  expect(box.textContent).toBe("");
});

it("fills the form by a press, and keeps where the data are and the seed", () => {
  draw();
  press(buttons()[1]);
  expect(draft.value).toMatchObject({
    dataset: { kind: "mnist", noise: 0, data: "/sets/mnist" },
    method: { kind: "persistent", chain_steps: 10 },
    seconds: 120,
    seed: 7,
  });
});

it("tells paper, size, figures and what differs of the recipe that stands in the form", () => {
  draw();
  expect(box.querySelector("[role=status]")?.textContent).toBe("");
  press(buttons()[0]);
  expect(buttons().map((button) => button.getAttribute("aria-pressed"))).toEqual(["true", "false"]);
  const said = box.querySelector("[role=status]")!;
  expect(said.querySelector("a")?.href).toBe("https://arxiv.org/abs/1903.08689");
  for (const words of ["Table 1. FID 40.", "76,833 parameters", "Frechet distance 18.0.", "Fewer steps."])
    expect(said.textContent).toContain(words);
});

it("says no more of a recipe once a setting is another", () => {
  draw();
  press(buttons()[0]);
  act(() => {
    draft.value = { ...draft.value!, optimization: { learning_rate: 0.01 } };
  });
  expect(buttons()[0]!.getAttribute("aria-pressed")).toBe("false");
  expect(box.querySelector("[role=status]")?.textContent).toBe("");
});
