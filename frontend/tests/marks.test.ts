/** The marks of a run are a person's gestures, whatever was recorded of them. */
import { describe, expect, it } from "vitest";
import type { MetricRow, RunEvent } from "../src/protocol/wire";
import { marksOf } from "../src/run/marks";

const event = (seq: number, more: Partial<RunEvent>): RunEvent => ({
  seq,
  step: seq,
  kind: "change",
  path: null,
  value: null,
  previous: null,
  text: null,
  ...more,
});
/** Rows of a run that makes 100 updates a second. */
const rows: MetricRow[] = Array.from({ length: 100 }, (_, i) => ({
  seq: i,
  step: 25 * i,
  seconds: i / 4,
  values: {},
}));
/** Changes of one field, at the steps given, from each value to the next. */
const changes = (path: string, first: number, ...later: [step: number, value: number][]): RunEvent[] =>
  later.map(([step, value], i) =>
    event(step, { path, step, value, previous: i === 0 ? first : later[i - 1]![1] }),
  );

it("marks are the changes that a person made, numbered", () => {
  const marks = marksOf([
    event(1, { kind: "state", text: "running" }),
    event(2, { path: "updates", value: 900 }),
    event(3, { path: "method.sampler.step_size", value: 0.1, previous: 0.2 }),
    event(4, { path: "optimization.learning_rate", value: 0.1, previous: 0.2 }),
  ]);
  expect(marks.map(({ number, step }) => [number, step])).toEqual([
    [1, 3],
    [2, 4],
  ]);
});

describe("one gesture", () => {
  it("is one mark, from the first value to the last, however many changes it sent", () => {
    const drag = changes(
      "rate",
      0.01,
      ...Array.from({ length: 9 }, (_, i): [number, number] => [500 + 5 * i, 0.02 + i / 100]),
    );
    expect(marksOf(drag, rows)).toEqual([
      { number: 1, step: 500, last: 540, path: "rate", previous: 0.01, value: 0.1, undone: null },
    ]);
  });

  it("ends with a second of rest, or with another field", () => {
    const rested = changes("rate", 1, [500, 2], [650, 3]);
    expect(marksOf(rested, rows).map(({ step }) => step)).toEqual([500, 650]);
    const [first, second] = changes("rate", 1, [500, 2], [510, 3]);
    const between = event(505, { path: "steps", value: 9, previous: 8 });
    expect(marksOf([first!, between, second!], rows)).toHaveLength(3);
  });

  it("while the run is held is one, though no time is told", () => {
    expect(marksOf(changes("rate", 1, [500, 2], [500, 3]))).toMatchObject([{ previous: 1, value: 3 }]);
  });

  it("that comes back to its value, or never leaves it, has no mark", () => {
    expect(marksOf(changes("rate", 1, [500, 2], [520, 1]), rows)).toEqual([]);
    expect(marksOf(changes("rate", 0.0027, [500, 0.0027]), rows)).toEqual([]);
  });
});

describe("taking a change back", () => {
  it("adds no mark: it closes the one in sight", () => {
    expect(marksOf(changes("rate", 1, [500, 2], [900, 1]), rows)).toEqual([
      { number: 1, step: 500, last: 500, path: "rate", previous: 1, value: 2, undone: 900 },
    ]);
  });

  it("closes later changes of the field with it, and no other field's", () => {
    const both = changes("rate", 1, [500, 2], [900, 3], [1300, 1]);
    const other = event(1000, { path: "steps", value: 9, previous: 8 });
    const marks = marksOf([...both.slice(0, 2), other, ...both.slice(2)], rows);
    expect(marks.map(({ number, undone }) => [number, undone])).toEqual([
      [1, 1300],
      [2, 1300],
      [3, null],
    ]);
  });

  it("and making it again is a new mark", () => {
    const marks = marksOf(changes("rate", 1, [500, 2], [900, 1], [1300, 2]), rows);
    expect(marks.map(({ step, undone }) => [step, undone])).toEqual([
      [500, 900],
      [1300, null],
    ]);
  });
});
