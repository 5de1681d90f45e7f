/** What only some methods have is drawn by itself. */
import { expect, it } from "vitest";
import type { Evidence } from "../src/charts/readings";
import { histogram, seriesOf } from "../src/charts/series";
import { withNumbers } from "../src/words/equations";
import { filled } from "../src/words/notes";
import { frameWith } from "./frames.testing";

const colors = {
  ink: "#000000",
  muted: "#777777",
  line: "#eeeeee",
  accent: "#ff0000",
  data: "#ff9d5c",
  chains: "#7fe3ff",
  generator: "#e58cf5",
};
const frameOf = (arrays: Record<string, number[]>) =>
  frameWith({
    arrays: Object.fromEntries(
      Object.entries(arrays).map(([name, values]) => [
        name,
        { shape: [values.length], values: Float32Array.from(values) },
      ]),
    ),
  });
const six = [1, 2, 3, 4, 5, 6];

it("a series that the page has never heard of gets a chart with its name, and the known ones no second one", () => {
  const frame = frameOf({ strange_thing: six, data_energies: six, labels: six, uncertainty_map: six });
  expect(seriesOf(frame).map(({ title }) => title)).toEqual(["strange thing"]);
  expect(seriesOf(frame)[0]).toBe(seriesOf(frame)[0]);
  expect(seriesOf(frame, { strange_thing: "How strange" })[0]?.title).toBe("How strange");
  expect(seriesOf(null)).toEqual([]);
});

it("what there is of each noise level stands over the levels", () => {
  const frame = frameOf({ noise_levels: [1, 2, 4, 8, 16], level_losses: [5, 4, 3, 2, 1] });
  const known: Evidence = { rows: [], until: 0, cursor: null, marks: [], kept: null, horizon: 1, frame };
  const { data, layout } = seriesOf(frame)[0]!.chart.figure(known, colors);
  expect(data[0]).toMatchObject({ x: [1, 2, 4, 8, 16], y: [5, 4, 3, 2, 1] });
  expect(layout.xaxis).toMatchObject({ type: "log" });
});

it("a histogram counts everything once, and whole numbers on their own", () => {
  expect(histogram([0, 0, 1, 3], 24)).toEqual({ x: [0, 1, 2, 3], y: [2, 1, 0, 1] });
  const { y } = histogram([0.1, 0.5, 0.5, 0.9, 2.5], 4);
  expect(y).toEqual([3, 1, 0, 1]);
  expect(histogram([7.5, 7.5], 4).y[0]).toBe(2);
  expect(histogram([], 4).x).toEqual([]);
});

it("the stage fills a method's note with its fields and the newest figures", () => {
  const method = { kind: "any", shown_level: 2, levels: 3, smallest: 0.05 };
  const note = "σ {smoothing}, level {shown_level} of {levels}";
  expect(filled(note, method, { smoothing: 1.23456 })).toBe("σ 1.2, level 2 of 3");
  expect(filled(note, method, {})).toBe("σ …, level 2 of 3");
  expect(filled("from {smallest}", method, {})).toBe("from 0.050");
  expect(filled("", method, {})).toBeNull();
});

it("what a formula defines does not take the number of a setting with the same letter", () => {
  expect(withNumbers("L = w x", { L: "10", w: "2" })).not.toContain("10");
  expect(withNumbers("p - \\epsilon, L \\text{ times}", { L: "10", ε: "0.2" })).toMatch(/10.*L/);
});
