// @vitest-environment happy-dom
/** Beside the map of a run that has failed, figures of before do not stand as if they were of now. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import type { MetricRow, Run } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { history, moment, momentFrame } from "../src/state";
import { Evidence } from "../src/views/Evidence";
import { frameWith } from "./frames.testing";

vi.mock("../src/charts/Plot", () => ({ Plot: () => null }));

const rows: MetricRow[] = [
  { seq: 1, step: 400, seconds: 4, values: { kl: 0.009, mode_coverage: 1, loss: 1 } },
  { seq: 2, step: 1200, seconds: 12, values: { loss: 9000 } },
];
const config = { dataset: { kind: "moons" }, method: { kind: "persistent" } };
const run = { id: "a", state: "running", step: 1234, metrics: { kl: 0.009 }, config } as unknown as Run;
const box = document.createElement("div");
const show = (state: string) => {
  history.value = { ...openHistory({ ...run, state } as Run, "server"), rows };
  return act(() => render(<Evidence />, box));
};
const text = () => box.textContent!.replace(/\s+/g, " ");

afterEach(() => {
  render(null, box);
  history.value = moment.value = momentFrame.value = null;
});

it("while it runs a figure says when it was measured and what is good", async () => {
  await show("running");
  expect(text()).toContain("Measured at update 400. 0 is exact; 0.01 nats are hard to tell apart by eye.");
  expect(text()).toContain("100.0 % · best 100 %");
  expect(box.querySelectorAll("[data-past=true]")).toHaveLength(0);
});

it("once it has failed each is marked as one of before", async () => {
  await show("failed");
  expect(text()).toContain("Of update 400; the run failed at 1,234.");
  expect(box.querySelectorAll("[data-past=true]").length).toBeGreaterThanOrEqual(2);
});

it("at the past moment that it is of, it holds", async () => {
  await act(() => {
    moment.value = 410;
    momentFrame.value = frameWith({ step: 410 });
  });
  await show("failed");
  expect(text()).toContain("Measured at update 400.");
  expect(box.querySelectorAll("[data-past=true]")).toHaveLength(0);
});
