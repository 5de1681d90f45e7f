/** Requests go where the routes are, and what is refused reads as it should. */
import { encode } from "@msgpack/msgpack";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as api from "../src/protocol/api";

const asked = vi.fn<typeof fetch>();
const answer = (body: unknown, status = 200) => asked.mockResolvedValueOnce(Response.json(body, { status }));
const refusal = (request: Promise<unknown>) =>
  request.then(
    () => expect.unreachable("it was not refused"),
    (error: unknown) => error as api.Refusal,
  );

beforeEach(() => vi.stubGlobal("fetch", asked));
afterEach(() => {
  vi.unstubAllGlobals();
  asked.mockReset();
});

it("parameters take their places in the path, and the others follow as a query", async () => {
  expect(api.address("GET /runs/{run}/keyframes/{step}", { run: "a/b?", step: 7 })).toBe(
    "api/v1/runs/a%2Fb%3F/keyframes/7",
  );
  answer([]);
  await api.metricsAfter("a", 12);
  expect(asked.mock.lastCall?.[0]).toBe("api/v1/runs/a/metrics?after=12");
});

it("a body is sent as JSON, and none where there is none", async () => {
  answer({});
  await api.changeRun("a", { "method.sampler.step_size": 0.1 });
  expect(asked.mock.lastCall?.[1]).toEqual({
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: '{"changes":{"method.sampler.step_size":0.1}}',
    keepalive: true,
  });
  answer({});
  await api.pauseRun("a");
  expect(asked.mock.lastCall?.[1]).toEqual({ method: "POST", headers: {}, body: null, keepalive: false });
});

it("a kept frame and the true density are read from MessagePack", async () => {
  const landscape = { dtype: "u1", shape: [1, 1], data: Uint8Array.of(255), lo: -1, hi: 3, extent: 4 };
  asked.mockResolvedValueOnce(new Response(encode(landscape)));
  expect([...(await api.truth("a")).values]).toEqual([3]);
  asked.mockResolvedValueOnce(
    new Response(
      encode({ type: "frame", run: "a", step: 5, seconds: 1, metrics: {}, arrays: {}, landscape }),
    ),
  );
  expect((await api.keyframe("a", 5)).landscape?.extent).toBe(4);
});

it("values that are refused are told one by one, with what is allowed", async () => {
  const problem = { path: "method.clip", value: -1, message: "it is too small", allowed: "from 0 on" };
  answer({ detail: [problem] }, 422);
  const error = await refusal(api.createRun({}));
  expect(error.status).toBe(422);
  expect(error.faults).toEqual([problem]);
  expect(error.message).toContain("from 0 on");
});

it("what is allowed is said once", () => {
  const fault = { path: "file", value: "(3,)", message: "(n, 2) is needed", allowed: "(n, 2)" };
  expect(api.faultText(fault)).toBe("(n, 2) is needed.");
  expect(api.faultText({ ...fault, allowed: "two columns" })).toBe("(n, 2) is needed. Allowed: two columns.");
});

it.each([
  ["what the server says", 409, { detail: "run a is finished" }, "Run a is finished."],
  ["who may ask", 401, { detail: "no token" }, "?token="],
  ["that a proxy finds no server", 502, {}, "does not answer"],
  ["the status where nothing else is known", 500, "?", "500"],
])("a refusal tells %s", async (_name, status, body, said) => {
  answer(body, status);
  expect((await refusal(api.stopRun("a"))).message).toContain(said);
});

it("a request that never arrives has status 0", async () => {
  asked.mockRejectedValueOnce(new TypeError("failed"));
  const error = await refusal(api.runs());
  expect([error.status, error.message]).toEqual([0, "The server does not answer. Is it running?"]);
});

it("columns of a file are asked for by their quoted names, and classes can be none", async () => {
  answer({});
  await api.sendPoints(new File(["1,2"], "a.csv"), { columns: ["lon, east", 'a "b"'], labels: null });
  const query = new URL(String(asked.mock.lastCall?.[0]), "http://x").searchParams;
  expect([query.get("columns"), query.get("labels")]).toEqual(['"lon, east","a ""b"""', ""]);
});

it("a name that fits no route is told as one that is not there", async () => {
  answer({ detail: "Not Found" }, 404);
  expect((await refusal(api.sweep("../../etc"))).message).toMatch(/nothing of this name/);
  answer({ detail: "there is no sweep x" }, 404);
  expect((await refusal(api.sweep("x"))).message).toBe("There is no sweep x.");
});
