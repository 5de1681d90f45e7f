/** The measured table, what it is exported as, and the lines of the chart. */
import { expect, it } from "vitest";
import { judged } from "../../src/compare/claims";
import { refusal } from "../../src/compare/comparable";
import { figuresOf } from "../../src/compare/figures";
import { grid, lineOf, median, valuesAt } from "../../src/compare/spread";
import { best, cell, csvOf, markdownOf, ROWS, rowsOf } from "../../src/compare/table";
import { after, figures, raced } from "./raced.testing";

const IS = { letter: "A", method: "Persistent CD", family: "mcmc" } as const;
const MOMENT = { clock: "updates", unit: "", at: 200, end: 400 };
const row = (name: string) => ROWS.find((one) => one.name === name)!;

it("reads the figures of a moment from the rows up to it", () => {
  const run = raced({ state: "finished", seconds: 0.01, evaluations: 512 }, [1, 0.09, 0.04, 0.2]);
  const end = figuresOf(run, Number.POSITIVE_INFINITY, IS);
  expect(end).toMatchObject({ kl: 0.2, best: 0.04, worstAfterBest: 0.2, updates: 400, evaluations: 204_800 });
  expect(end.reached["0.1"]).toEqual({ updates: 200, seconds: 2, evaluations: 102_400 });
  expect(end.reached["0.05"]?.seconds).toBe(3);
  const early = figuresOf(run, 250, IS);
  expect(early).toMatchObject({ kl: 0.09, updates: 250, evaluations: 128_000 });
  expect(early.seconds).toBeCloseTo(2.5);
  expect(early.reached["0.05"]).toBe(null);
});

it("tells the time of the newest row where a run that goes on was last told of at an earlier one", () => {
  const run = raced({ seconds: 0.01 }, [1, 0.5, 0.2]);
  const told = { ...run, info: { ...run.info, step: 100, seconds: 1, metrics: { kl: 1 } } };
  expect(figuresOf(told, 250, IS)).toMatchObject({ updates: 250, seconds: 2.5, kl: 0.5 });
  expect(figuresOf(told, 900, IS)).toMatchObject({ updates: 300, seconds: 3 });
});

it("compares by the distance from the data, also where a method blurs them", () => {
  const run = raced({}, [0.01]);
  run.rows[0]!.values.kl_data = 0.07;
  expect(figuresOf(run, 100, IS)).toMatchObject({ kl: 0.07 });
});

it("leaves out what no run has, and says what is not reached yet", () => {
  const all = [figures({}), figures({ letter: "B", nll: null })];
  const names = rowsOf(all).map(({ name }) => name);
  expect(names).toContain("NLL");
  expect(names).not.toContain("Fréchet distance");
  expect(cell(row("time to KL 0.05"), all[0]!).text).toBe("not yet");
  expect(cell(row("NLL"), all[1]!).text).toBe("—");
  expect(cell(row("sample distance"), figures({ distance: 0.2, distanceFloor: 0.05 }))).toEqual({
    text: "0.200",
    floor: "0.0500",
  });
});

it("marks the best where one is better, and none where all are alike", () => {
  const all = [figures({ kl: 0.02 }), figures({ letter: "B", kl: 0.01 })];
  expect(best(row("KL"), all)).toEqual([all[1]]);
  expect(best(row("modes in the density"), all)).toEqual([]);
  expect(best(row("updates"), all)).toEqual([]);
  const near = figures({ distance: 0.07, distanceFloor: 0.095 });
  const far = figures({ letter: "B", distance: 0.063, distanceFloor: 0.048 });
  expect(best(row("sample distance"), [near, far])).toEqual([near]); // nearer than its own floor by chance
});

it("is exported with full numbers as CSV, and as it reads as Markdown", () => {
  const all = [
    figures({ kl: 0.012345, reached: { "0.1": after(1), "0.05": after(1.9) } }),
    figures({ letter: "C", method: 'De"noising, x', family: "score_matching" }),
  ];
  const claims = judged(all);
  const csv = csvOf(all, claims, MOMENT);
  const lines = csv.split("\r\n");
  expect(lines[0]).toBe('figure,unit,A Persistent CD,"C De""noising, x"');
  expect(csv).toContain("KL,nats,0.012345,0.01\r\n");
  expect(csv).toContain("time to KL 0.05,s,1.9,\r\n");
  const markdown = markdownOf("Pinwheel, seed 0", all, claims, MOMENT);
  expect(markdown).toContain("| KL, nats | 0.012 | 0.010 |");
  expect(csv).toContain('"moment shown, in updates",,200,200\r\n');
  expect(markdown).toContain("At 200 of 400 updates.");
  expect(markdownOf("Pinwheel", all, [], { ...MOMENT, at: 400 })).toContain("the newest moment, 400 updates");
  const tables = markdown.split("\n").filter((line) => line.startsWith("|"));
  expect(new Set(tables.map((line) => line.split(" | ").length))).toEqual(new Set([3, 5]));
});

it("has a value at each time, none before the first and none after the newest", () => {
  const run = raced({ seconds: 0.01 }, [1, 0.5, 0.2]);
  expect(valuesAt(run, "kl", "seconds", [0.5, 1, 2.9, 3, 3.1])).toEqual([null, 1, 0.5, 0.2, null]);
});

it("draws the median and the range of repeats", () => {
  expect([median([]), median([3]), median([1, 2, 9]), median([1, 3])]).toEqual([null, 3, 2, 2]);
  const repeats = [raced({}, [1, 0.5]), raced({}, [3, 0.1]), raced({}, [2])];
  const line = lineOf(repeats, "kl", "updates", [100, 200]);
  expect([line.middle, line.least, line.greatest]).toEqual([
    [2, 0.3],
    [1, 0.1],
    [3, 0.5],
  ]);
});

it("has ascending times up to the end", () => {
  const times = grid(50);
  expect(times.at(-1)).toBe(50);
  expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true);
});

it("says which runs differ, and in what", () => {
  const title = (kind: string) => kind.toUpperCase();
  const run = (name: string, dataset: { kind: string }) => ({ name, dataset });
  const [a, b] = [run("A", { kind: "moons" }), run("B", { kind: "rings" })];
  expect(refusal([a, { ...a, name: "C" }], title)).toBe(null);
  expect(refusal([a, b], title)).toBe(
    "A and B cannot be compared: the one learns MOONS, the other RINGS. Choose runs of the same data.",
  );
  expect(refusal([a], title)).toMatch(/^One run is chosen; 2 to 4/);
  expect(refusal([a, a, a, a, a], title)).toMatch(/^5 runs are chosen/);
  const other = run("C", { kind: "moons", noise: 0.2 } as { kind: string });
  expect(refusal([run("A", { kind: "moons", noise: 0.1 } as { kind: string }), other], title)).toMatch(
    /their MOONS differ: noise is 0.1 and 0.2/,
  );
});
