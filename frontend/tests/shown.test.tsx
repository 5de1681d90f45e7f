// @vitest-environment happy-dom
/** The stage shows what a method learns from, and its legend the marks that can be seen. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it } from "vitest";
import { energies } from "../src/charts/figures";
import type { NumericArray } from "../src/protocol/frame";
import type { DatasetInfo, MethodInfo, Run, RunConfig } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { catalogue, draft, dropped, fresh, history, layers, moment, shownLayers } from "../src/state";
import { layersShown, toggleLayer } from "../src/views/Layers";
import { Legend, marksShown } from "../src/views/Legend";
import { Sources } from "../src/views/Tiles";
import { chosenSource, source } from "../src/views/tiles";
import { frameOfSamples } from "../src/views/unlearned";
import { tileAt, tileBeside, tileOf } from "../src/ways/tiles";
import { empty, length } from "./catalogue.testing";
import { frameWith } from "./frames.testing";

const box = document.createElement("div");
const points = (count: number): NumericArray => ({ shape: [count, 2], values: new Float32Array(2 * count) });
const images = (count: number, value = 0): NumericArray => ({
  shape: [count, 1, 2, 2],
  values: new Float32Array(4 * count).fill(value),
});
const series = (...values: number[]): NumericArray => ({
  shape: [values.length],
  values: Float32Array.from(values),
});
const FAMILIES = {
  persistent: "mcmc",
  variational: "learned_sampler",
  denoising: "score_matching",
  jem: "hybrid",
};
const method = (kind: string, family: string) =>
  ({ kind, family, title: kind, series: {} }) as unknown as MethodInfo;

function show(kind: keyof typeof FAMILIES, arrays: Record<string, NumericArray>): void {
  const config = { dataset: { kind: "moons" }, method: { kind }, energy: {}, optimization: {}, ...length };
  draft.value = config as unknown as RunConfig;
  const run = { id: "a", state: "running", config, step: 5, metrics: {} } as unknown as Run;
  history.value = { ...openHistory(run, "server"), frame: frameWith({ arrays }) };
}

beforeEach(() => {
  catalogue.value = {
    ...empty,
    methods: Object.entries(FAMILIES).map(([kind, family]) => method(kind, family)),
  };
  layers.value = {};
  fresh.value = false;
  moment.value = chosenSource.value = null;
  dropped.value = 0;
});
afterEach(() => {
  render(null, box);
  history.value = draft.value = catalogue.value = null;
});

it("chains are shown where a method learns from them, and for looking only when they are asked for", () => {
  const plane = { data: points(3), chains: points(3) };
  show("persistent", { ...plane, negatives: points(3) });
  expect(marksShown.value).toEqual(["data", "chains"]);
  show("variational", { ...plane, generator: points(3) });
  expect(marksShown.value).toEqual(["data", "generator"]);
  show("denoising", { ...plane, perturbed: points(3) });
  expect(marksShown.value).toEqual(["data", "perturbed"]);
  toggleLayer("chains");
  expect(marksShown.value).toEqual(["data", "perturbed", "looking"]);
  show("persistent", plane);
  expect(shownLayers.value.chains).toBe(true);
});

it("layers that only some methods have are offered with these", () => {
  show("persistent", { chains: points(3) });
  expect(layersShown()).toEqual(["energy", "contours", "data", "chains", "score", "marginals"]);
  show("denoising", { chains: points(3), perturbed: points(3) });
  expect(layersShown().at(-2)).toBe("perturbed");
});

it("the legend has a sign and a word for each mark that can be seen, and no other", async () => {
  show("jem", { data: points(3), chains: points(3), labelled: points(2), labels: series(0, 1) });
  dropped.value = 12;
  await act(() => render(<Legend />, box));
  const words = () => [...box.querySelectorAll("li")].map(({ textContent }) => textContent);
  expect(words()).toEqual(["data", "classes", "chains", "yours"]);
  expect(box.querySelectorAll("li > svg")).toHaveLength(4);
  await act(() => {
    toggleLayer("data");
    dropped.value = 0;
  });
  expect(words()).toEqual(["chains"]);
});

it("the data are named too while a run has no frame yet", () => {
  const thumbnail = [[0, 1]];
  const moons = { kind: "moons", title: "Two moons", thumbnail } as unknown as DatasetInfo;
  catalogue.value = { ...catalogue.value!, datasets: [moons] };
  show("persistent", {});
  history.value = { ...history.value!, frame: null };
  expect(marksShown.value).toEqual(["data"]);
});

it("tiles show the generator by default, and say which chains are only for looking", async () => {
  show("variational", { chains: images(64), generator: images(256), data: images(64) });
  expect(source.value).toBe("generator");
  await act(() => render(<Sources />, box));
  const offers = [...box.querySelectorAll("[role=radio]")].map(({ textContent }) => textContent);
  expect(offers).toEqual(["data", "generator", "chains, for looking"]);
  await act(() => box.querySelectorAll<HTMLElement>("[role=radio]")[2]!.click());
  expect(source.value).toBe("chains");
  show("persistent", { chains: images(64), data: images(64) });
  expect(source.value).toBe("chains");
  chosenSource.value = null;
  show("denoising", { chains: images(64), perturbed: images(64), data: images(64) });
  expect(source.value).toBe("chains");
});

it("a tile tells its energy and the nearest of the data, of the images that these figures are of", () => {
  const { arrays } = frameWith({
    arrays: {
      generator: images(2),
      chains: images(2),
      data: images(2),
      tile_energies: series(-1, -2),
      tile_classes: series(7, 4),
      tile_distances: series(0.5, 0.25),
      tile_nearest: { shape: [2, 1, 1, 2], values: Float32Array.from([0, 1, 2, 3]) },
      data_energies: series(-8, -9),
    },
  });
  const frame = frameWith({ arrays });
  expect(tileOf(frame, "generator", 1)).toEqual({
    number: 1,
    energy: -2,
    nearest: { image: { shape: [1, 1, 1, 2], values: Float32Array.from([2, 3]) }, label: 4, distance: 0.25 },
  });
  expect(tileOf(frame, "chains", 1)).toEqual({ number: 1, energy: null, nearest: null });
  expect(tileOf(frame, "data", 0)).toEqual({ number: 0, energy: -8, nearest: null });
  expect(tileOf(frame, "generator", 2)).toBeNull();
});

it("tiles are found by place and by arrow keys", () => {
  expect(tileAt(15, 25, 40, 16)).toBe(9);
  expect(tileAt(39, 39, 40, 15)).toBeNull();
  expect(tileBeside(null, "ArrowRight", 16)).toBe(0);
  expect(tileBeside(5, "ArrowDown", 16)).toBe(9);
  expect(tileBeside(14, "ArrowDown", 16)).toBe(14);
  expect(tileBeside(5, "Enter", 16)).toBeNull();
});

it("energies of a generator's samples have its colour", () => {
  const colors = { ink: "#000000", muted: "#777777", line: "#eeeeee", accent: "#ff0000" };
  const all = { ...colors, data: "#ff9d5c", chains: "#7fe3ff", generator: "#e58cf5" };
  const both = { data_energies: series(1, 2, 3), sample_energies: series(2, 3, 4) };
  const color = (arrays: Record<string, NumericArray>) => {
    const evidence = {
      rows: [],
      until: 9,
      cursor: null,
      marks: [],
      kept: null,
      horizon: 9,
      frame: frameWith({ arrays }),
    };
    return (energies.figure(evidence, all).data[1] as { line: { color: string } }).line.color;
  };
  expect([color(both), color({ ...both, generator: points(3) })]).toEqual(["#7fe3ff", "#e58cf5"]);
});

it("pictures in colour stay so before a run has a frame of them", () => {
  const [red, green, blue] = [[[1, 0]], [[0.5, 0]], [[0, 0]]];
  const { shape, values } = frameOfSamples("own", [[red!, green!, blue!]]).arrays.data!;
  expect(shape).toEqual([1, 3, 1, 2]);
  expect([...values]).toEqual([1, -1, 0, -1, -1, -1]);
});
