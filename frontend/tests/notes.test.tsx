// @vitest-environment happy-dom
/** What is said over the stage: of plug-ins that are broken, missing or other than they were. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Run } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { catalogue, draft, history, notice } from "../src/state";
import { StageNotes } from "../src/views/StageNotes";
import { empty, length } from "./catalogue.testing";

const used = { contract: "method", kind: "mine", path: "/x/mine.py", digest: "a" };
const config = {
  dataset: { kind: "moons" },
  method: { kind: "mine" },
  energy: { kind: "mlp" },
  optimization: {},
  ...length,
};
const run = {
  ...{ id: "r", name: "", created: "", state: "failed", reason: "boo", step: 7, seconds: 1, horizon: null },
  ...{ metrics: {}, seq: 3, config, plugins: [used], first_plugins: [used] },
} as unknown as Run;
const box = document.createElement("div");
const shown = async () => act(() => render(<StageNotes />, box));
const alerts = () => [...box.querySelectorAll("[role=alert]")].map(({ textContent }) => textContent ?? "");
const goOn = () => [...box.querySelectorAll("button")].find(({ textContent }) => /^Go on/.test(textContent))!;

beforeEach(() => {
  history.value = openHistory(run, "server");
  draft.value = config;
  notice.value = null;
});
afterEach(() => {
  render(null, box);
  history.value = catalogue.value = draft.value = notice.value = null;
});

it("a changed plug-in is announced before the run goes on", async () => {
  catalogue.value = { ...empty, plugins: [{ ...used, digest: "b" }] };
  await shown();
  expect(alerts()[0]).toContain('It was made with another version of the method "mine" of /x/mine.py.');
  expect(goOn().disabled).toBe(false);
});

it("a run cannot go on without its plug-in, and says why", async () => {
  catalogue.value = { ...empty, plugins: [] };
  await shown();
  expect(alerts()[0]).toContain("start the server with --plugin /x/mine.py to resume it.");
  expect(goOn().disabled).toBe(true);
});

it("nothing is said where all is as it was", async () => {
  catalogue.value = { ...empty, plugins: [used] };
  await shown();
  expect(alerts()).toHaveLength(1);
  expect(alerts()[0]).toContain("The run failed. Boo.");
});

it("each broken plug-in has a line of its own", async () => {
  notice.value = { tone: "fault", text: "/x/a.py, line 1: no\n/x/b.py, line 2: no" };
  await shown();
  const lines = [...box.querySelectorAll(".lines > p")].map(({ textContent }) => textContent);
  expect(lines).toEqual(["/x/a.py, line 1: no", "/x/b.py, line 2: no"]);
});

it("a run that diverged goes on otherwise than it was, with one press", async () => {
  const asked = vi.fn<typeof fetch>(async () => Response.json({ ...run, state: "queued" }));
  vi.stubGlobal("fetch", asked);
  const optimization = { learning_rate: 0.005, gradient_clip: null };
  const diverged = { ...run, repeats: true, config: { ...config, optimization } };
  history.value = openHistory(diverged, "server");
  await shown();
  const offers = [...box.querySelectorAll("button")].map(({ textContent }) => textContent);
  expect(offers).toEqual(["Go on with half the learning rate", "Go on with gradients clipped at 1"]);
  await act(() => goOn().click());
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(2));
  const [[changed, what], [resumed]] = asked.mock.calls as [[string, RequestInit], [string]];
  expect([changed, what.body]).toEqual([
    "api/v1/runs/r",
    JSON.stringify({ changes: { "optimization.learning_rate": 0.0025 } }),
  ]);
  expect(resumed).toBe("api/v1/runs/r/resume");
  vi.unstubAllGlobals();
});

it("a run that a restart has stopped says so", async () => {
  const reason = "the server was shut down; resume goes on from here";
  history.value = openHistory({ ...run, state: "stopped", reason }, "server");
  await shown();
  expect(box.querySelector("[role=status]")?.textContent).toBe(
    "Stopped. The server was shut down; resume goes on from here.",
  );
});

it("a run that was deleted says so, and offers nothing of it", async () => {
  history.value = { ...openHistory(run, "server"), gone: true };
  await shown();
  expect(alerts().join(" ")).toContain("This run was deleted.");
  expect(goOn()).toBeUndefined();
});
