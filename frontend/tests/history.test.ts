/** The history of a run follows from the messages about it. */
import { describe, expect, it } from "vitest";
import type { Landscape } from "../src/protocol/frame";
import type { MetricRow, Run, RunConfig, RunEvent, ServerMessage } from "../src/protocol/wire";
import {
  endOfTime,
  fillGap,
  lastAt,
  MOST_ROWS,
  mergeRows,
  openHistory,
  reduce,
  thin,
  withFrame,
} from "../src/run/history";
import { metricsAt } from "../src/run/measured";
import { frameWith } from "./frames.testing";

const run = { id: "a", state: "running", step: 0, metrics: {}, config: {} } as unknown as Run;
const row = (step: number, values: Record<string, number> = { loss: step }): MetricRow => ({
  seq: step,
  step,
  seconds: step,
  values,
});
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
const metrics = (seq: number, ...rows: MetricRow[]): ServerMessage => ({
  type: "metrics",
  run: "a",
  seq,
  rows,
});
const opened = () => openHistory(run, "server");

describe("ordered messages", () => {
  it("append, and remember how far they reach", () => {
    const history = [metrics(1, row(1)), metrics(3, row(2), row(3))].reduce(reduce, opened());
    expect(history.rows.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(history.seq).toBe(3);
  });

  it("tell of a run without its config, which stays as it was fetched", () => {
    const config = { seconds: 30 } as RunConfig;
    const before = openHistory({ ...run, config, config_digest: "old" }, "server");
    const { config: _, ...summary } = { ...run, step: 7, config_digest: "new" };
    const { info } = reduce(before, { type: "run", run: "a", seq: 1, info: summary });
    expect([info.step, info.config, info.config_digest]).toEqual([7, config, "old"]);
  });

  it("that come again after a reconnect change nothing", () => {
    const once = reduce(opened(), metrics(2, row(1), row(2)));
    expect(reduce(once, metrics(2, row(1), row(2)))).toBe(once);
  });

  it("about another run change nothing", () => {
    const history = opened();
    expect(reduce(history, { type: "metrics", run: "b", seq: 9, rows: [row(1)] })).toBe(history);
  });

  it("never touch the stored run", () => {
    const history = openHistory(run, "stored");
    expect(reduce(history, metrics(1, row(1)))).toBe(history);
  });

  it("with a new state replace what is known of the run and keep its history", () => {
    const before = reduce(opened(), metrics(1, row(1)));
    const after = reduce(before, { type: "run", run: "a", seq: 1, info: { ...run, state: "paused" } });
    expect(after.info.state).toBe("paused");
    expect(after.rows).toBe(before.rows);
  });
});

describe("a gap", () => {
  const withGap = [
    metrics(1, row(1)),
    { type: "gap", run: "a", after: 1 } as ServerMessage,
    metrics(9, row(9)),
  ].reduce(reduce, opened());

  it("is noted, and later messages are kept meanwhile", () => {
    expect(withGap.gap).toBe(1);
    expect(withGap.rows.map(({ step }) => step)).toEqual([1, 9]);
  });

  it("is filled in order, without doubling what came meanwhile", () => {
    const change = event(5, { path: "method.k", value: 2, previous: 1 });
    const filled = fillGap(withGap, [row(2), row(4), row(9)], [change, change]);
    expect(filled.gap).toBeNull();
    expect(filled.rows.map(({ step }) => step)).toEqual([1, 2, 4, 9]);
    expect(filled.seq).toBe(9);
  });

  it("does not lose events that arrived while it was fetched", () => {
    const late = reduce(withGap, {
      type: "event",
      run: "a",
      seq: 10,
      event: event(10, { step: 9, path: "x" }),
    });
    const filled = fillGap(late, [], [event(5, { path: "y" })]);
    expect(filled.events.map(({ path }) => path)).toEqual(["y", "x"]);
  });
});

describe("frames", () => {
  const landscape = { size: 4 } as Landscape;
  const frame = (step: number, landscape: Landscape | null) => frameWith({ step, landscape });

  it("without a landscape keep the one before", () => {
    const history = withFrame(withFrame(opened(), frame(1, landscape)), frame(2, null));
    expect(history.frame?.step).toBe(2);
    expect(history.frame?.landscape).toBe(landscape);
  });
});

describe("rows", () => {
  it("of the same step are joined", () => {
    expect(mergeRows([row(1, { loss: 1 })], [row(1, { kl: 2 })])[0]!.values).toEqual({ loss: 1, kl: 2 });
  });

  it("are thinned once there are many; figures that are measured seldom all stay", () => {
    const many = Array.from({ length: MOST_ROWS + 2000 }, (_, i) =>
      row(i, i % 101 === 1 ? { loss: 0, kl: i } : { loss: 0 }),
    );
    const kept = thin(many);
    expect(kept.length).toBeLessThan(MOST_ROWS);
    expect(kept.filter((one) => "kl" in one.values)).toHaveLength(
      many.filter((one) => "kl" in one.values).length,
    );
    expect(kept.at(-1)).toBe(many.at(-1));
  });

  it("give the newest value of each metric up to a step", () => {
    const rows = [row(1, { loss: 1, kl: 5 }), row(2, { loss: 2 }), row(3, { loss: 3, kl: 4 })];
    expect(metricsAt(rows, 2).values).toEqual({ loss: 2, kl: 5 });
    expect(metricsAt(rows, 0).values).toEqual({});
  });

  it("are found by step", () => {
    expect([0, 1, 2.5, 9].map((step) => lastAt([row(1), row(2), row(3)], step))).toEqual([-1, 0, 1, 2]);
  });
});

describe("the time axis", () => {
  const budget = { ...run, horizon: null, config: { seconds: 30 } } as unknown as Run;

  it("ends with the run, as far as its length is known", () => {
    expect(endOfTime({ ...opened(), info: { ...budget, horizon: 900 } })).toBe(900);
    expect(endOfTime({ ...opened(), info: { ...budget, horizon: 900, step: 950 } })).toBe(950);
  });

  it("is estimated from the time budget, in steps that hold still", () => {
    const at = (step: number, seconds: number) =>
      endOfTime({ ...opened(), info: budget, rows: [{ seq: 1, step, seconds, values: {} }] });
    expect(at(100, 1)).toBe(3000);
    expect(at(203, 2.03)).toBe(3000);
    expect(at(207, 2.01)).toBe(3100);
  });

  it("ends where a run without a known length was stopped", () => {
    const rows = [{ seq: 1, step: 70, seconds: 1, values: {} }];
    expect(endOfTime({ ...opened(), info: { ...budget, state: "stopped" }, rows })).toBe(70);
  });
});
