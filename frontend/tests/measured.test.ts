/** Each figure says of which update it is. */
import { afterEach, describe, expect, it } from "vitest";
import type { MetricRow, Run } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { figuresUpTo } from "../src/run/measured";
import { history, measured } from "../src/state";
import { sentence } from "../src/views/Summary";
import { headline, others } from "../src/words/quality";
import { standing } from "../src/words/standing";
import { frameWith } from "./frames.testing";

const row = (step: number, values: Record<string, number>): MetricRow => ({
  ...{ seq: step, step, seconds: step, values },
});
const rows = [row(400, { loss: 1, kl: 0.009 }), row(800, { loss: 2 }), row(1200, { loss: 9 })];
const config = { dataset: { kind: "moons" }, method: { kind: "persistent" } };
const failed = {
  ...{ id: "a", name: "", method: "persistent", state: "failed", step: 1234, horizon: null, config },
  metrics: { loss: 9, kl: 0.009 },
} as unknown as Run;

afterEach(() => {
  history.value = null;
});

describe("the update of a figure", () => {
  it("is that of the row it was measured in, though later frames and states carry it on", () => {
    const frame = frameWith({ step: 1234, metrics: { kl: 0.009, loss: 9 } });
    const { values, at } = figuresUpTo({ info: failed, rows }, Number.POSITIVE_INFINITY, frame, false);
    expect(values).toEqual({ kl: 0.009, loss: 9 });
    expect(at).toEqual({ kl: 400, loss: 1200 });
  });

  it("is that of what tells it where no row has it yet", () => {
    const frame = frameWith({ step: 1234, metrics: { kl: 0.5 } });
    expect(figuresUpTo({ info: failed, rows }, Number.POSITIVE_INFINITY, frame, true).at.kl).toBe(1234);
  });

  it("at a moment of the past is not later than that", () => {
    expect(figuresUpTo({ info: failed, rows }, 900, null, true).at).toEqual({ kl: 400, loss: 800 });
  });
});

describe("after a run has failed", () => {
  it("a figure of before is marked, in sight and for readers", () => {
    history.value = { ...openHistory(failed, "server"), rows };
    expect(standing(measured.value.at.kl, failed)).toEqual({
      text: "Of update 400; the run failed at 1,234.",
      past: true,
    });
    expect(sentence()).toContain("KL 0.009 nats (of update 400; the run failed at 1,234)");
  });

  it("one that was measured at the failure holds", () => {
    expect(standing(1234, failed)?.past).toBe(false);
    const finished = { state: "finished", step: 1234 };
    const texts = [standing(1234, finished, null, true), standing(1200, finished, null, true)];
    expect(texts.map((one) => one?.text)).toEqual([
      "Measured at update 1,234, at the end on a finer grid than on the way.",
      "Measured at update 1,200.",
    ]);
    expect(standing(400, failed, 410)?.past).toBe(false);
    expect(standing(400, { state: "running", step: 1234 })?.past).toBe(false);
  });
});

describe("references", () => {
  const best = (metrics: Record<string, number>, name: string) =>
    [headline(metrics)!, ...others(metrics)].find((one) => one.name === name)?.best;

  it("stand beside what has a best value", () => {
    const metrics = { kl: 0.02, best_temperature: 1.3, mode_coverage: 0.5, nll: 2.4, acceptance: 0.3 };
    expect(best(metrics, "best_temperature")).toBe("1");
    expect(best(metrics, "mode_coverage")).toBe("100 %");
    expect(best(metrics, "acceptance")).toBeNull();
  });

  it("of the likelihood is the entropy of the data, blurred or not", () => {
    expect(best({ kl: 0.02, nll: 2.42 }, "nll")).toBe("2.400");
    expect(best({ kl: 0.02, kl_data: 0.12, nll: 2.52 }, "nll")).toBe("2.400");
  });
});
