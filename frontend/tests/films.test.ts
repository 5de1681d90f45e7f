/** What a film is said to show before it is made. */
import { expect, it } from "vitest";
import { inGif, inVideo } from "../src/export/shown";
import type { Looks, SubjectRun } from "../src/export/subject";
import { FRONT, HOME, LAYERS } from "../src/stage";
import { frameWith } from "./frames.testing";

const points = { shape: [2, 2], values: new Float32Array(4) };
const looks: Looks = {
  theme: "dark",
  layers: LAYERS,
  mode: "energy",
  camera: HOME,
  orbit: null,
  truth: null,
  axes: null,
  source: null,
  dropped: false,
  scale: null,
};
const run = (...names: string[]): SubjectRun => ({
  id: "a",
  title: "A",
  repeats: [],
  film: undefined as unknown as SubjectRun["film"],
  frame: frameWith({ arrays: Object.fromEntries(names.map((name) => [name, points])) }),
});
const of = (changes: Partial<Looks> = {}, runs = [run("data", "chains")]) => ({
  runs,
  looks: { ...looks, ...changes },
});

it("names the layers that are on and that a run has, and hands the server those", () => {
  expect(inGif(of())).toEqual({
    layers: ["energy", "contours", "data", "chains"],
    show: "energy",
    text: "The energy, contours, data, chains. Not in it: trails.",
  });
  const two = of({ scale: "own" }, [run("data", "chains"), run("data", "generator")]);
  expect(inGif(two).layers).toEqual(["energy", "contours", "data", "chains", "generator"]);
  expect(inVideo(of())).toBe("The energy, contours, data, chains.");
});

it("says what it leaves out", () => {
  const layers = { ...LAYERS, chains: false, score: true, marginals: true };
  const seen = of({
    layers,
    mode: "difference",
    orbit: FRONT,
    camera: { x: 1, y: 0, zoom: 2 },
    dropped: true,
  });
  expect(inGif(seen)).toEqual({
    layers: ["energy", "contours", "data"],
    show: "difference",
    text:
      "The difference from the truth, contours, data. " +
      "Not in it: score, marginals, chains that you dropped, the surface, the close-up.",
  });
  expect(inVideo(seen)).toBe(
    "The difference from the truth, contours, data, score, marginals. Not in it: chains that you dropped.",
  );
  expect(inGif(of({ mode: "uncertainty" })).text).toContain("The energy, contours");
  expect(inGif(of({ mode: "uncertainty" })).text).toContain("the uncertainty");
});

it("an empty stage is asked for as one, and images are those that the tiles show", () => {
  expect(inGif(of({ layers: {} }))).toEqual({ layers: ["none"], show: "energy", text: "An empty stage." });
  expect(inGif(of({ source: "perturbed" }))).toEqual({
    layers: ["perturbed"],
    show: "energy",
    text: "Images of the data with noise.",
  });
});
