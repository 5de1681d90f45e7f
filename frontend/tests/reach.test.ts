/** While the socket is lost the page says what is known, and looks at the run over plain requests. */
import { encode } from "@msgpack/msgpack";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Run } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { isGone, lookAround, lostWords, reach } from "../src/run/reach";
import { history, link, primary } from "../src/state";

const run = { id: "a", state: "running", step: 5, metrics: {}, config: {} } as unknown as Run;
const row = (step: number) => ({ seq: step, step, seconds: 1, values: { loss: step } });
const answers: Record<string, () => Response> = {};
const asked: string[] = [];

beforeEach(() => {
  asked.length = 0;
  for (const key of Object.keys(answers)) delete answers[key];
  link.value = { state: "lost", retryAt: 0 };
  reach.value = "asking";
  history.value = openHistory(run, "server");
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    const found = answers[url.replace("api/v1", "")];
    if (!found) throw new TypeError("refused");
    return found();
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  history.value = null;
  link.value = { state: "idle" };
});

it("a server that is gone is not said to train on", async () => {
  await lookAround();
  expect(reach.value).toBe("silent");
  expect(lostWords(reach.value, true)).toBe(
    "The server does not answer. Whether the run goes on is not known until it does; what was received stays.",
  );
  expect(lostWords(reach.value, false)).toBe("The server does not answer. What was received stays.");
});

it("a blocked socket leaves the run in sight, over plain requests", async () => {
  answers["/runs/a"] = () => Response.json({ ...run, step: 90 });
  answers["/runs/a/metrics?after=0"] = () => Response.json([row(80)]);
  answers["/runs/a/events?after=0"] = () => Response.json([]);
  answers["/runs/a/keyframes"] = () => Response.json([{ step: 60, seconds: 1 }]);
  answers["/runs/a/keyframes/60"] = () => new Response(encode({ run: "a", step: 60, seconds: 1 }));
  await lookAround();
  expect(reach.value).toBe("answers");
  expect(lostWords(reach.value, true)).toContain("the server answers: the run goes on");
  expect(history.value).toMatchObject({ info: { step: 90 }, rows: [{ step: 80 }], frame: { step: 60 } });
});

describe("a run that was deleted", () => {
  beforeEach(() => {
    answers["/runs/a"] = () => Response.json({ detail: "there is no run 'a'" }, { status: 404 });
  });

  it("is noted, and pressing play starts another", async () => {
    history.value = openHistory({ ...run, state: "stopped" }, "server");
    expect(primary.value).toBe("resume");
    expect(await isGone("a")).toBe(true);
    expect([history.value?.gone, primary.value]).toEqual([true, "start"]);
  });

  it("is not taken for a lost server", async () => {
    await lookAround();
    expect([reach.value, history.value?.gone]).toEqual(["answers", true]);
  });
});

it("a run is not gone because nobody answers", async () => {
  await expect(isGone("a")).rejects.toThrow("does not answer");
  expect(history.value?.gone).toBe(false);
});
