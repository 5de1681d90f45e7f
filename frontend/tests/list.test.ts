/** The list of runs in parts: only what is in sight is fetched, and a late answer changes nothing. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as api from "../src/protocol/api";
import type { Found, ListedRun } from "../src/protocol/wire";
import * as list from "../src/run/list";
import { runsFault } from "../src/state";

const run = (id: number, more: Partial<ListedRun> = {}) =>
  ({ id: String(id), name: `run ${id}`, state: "finished", ...more }) as ListedRun;
const found = (fitting: number) =>
  ({ ...{ all: 5000, fitting }, ...{ states: {}, methods: {}, datasets: {}, tags: {} } }) as Found;
const slice = ({ offset = 0, limit = 0 }: api.Listing) =>
  Array.from({ length: Math.max(0, Math.min(limit, 5000 - offset)) }, (_, i) => run(offset + i));

beforeEach(() => {
  vi.spyOn(api, "found").mockResolvedValue(found(5000));
  vi.spyOn(api, "runs").mockImplementation((asked) => Promise.resolve(slice(asked ?? {})));
});
afterEach(() => {
  vi.restoreAllMocks();
  list.query.value = list.EVERYTHING;
  list.found.value = null;
  list.parts.value = new Map();
  list.see(0, true);
});

it("fetches the parts in sight alone, and forgets the others when it looks again", async () => {
  await list.refresh();
  expect(list.count.value).toBe(100);
  expect([...list.parts.value.keys()]).toEqual([0]);
  list.see(40, true);
  await vi.waitFor(() => expect(list.parts.value.get(40)?.[0]?.id).toBe(String(40 * list.PART)));
  list.see(0, false);
  await list.refresh();
  expect([...list.parts.value.keys()]).toEqual([40]);
  list.see(40, false);
});

it("drops the answer to an earlier question", async () => {
  let late: (found: Found) => void = () => undefined;
  vi.mocked(api.found).mockReturnValueOnce(new Promise((settle) => (late = settle)));
  const first = list.refresh();
  vi.mocked(api.found).mockResolvedValue(found(7));
  list.query.value = { ...list.EVERYTHING, search: " moons ", state: "failed" };
  await list.refresh();
  late(found(5000));
  await first;
  expect(list.found.value?.fitting).toBe(7);
  expect(vi.mocked(api.found).mock.lastCall?.[0]).toEqual({
    ...{ search: "moons", state: ["failed"] },
    ...{ sort: "family", descending: true },
  });
  expect(list.filtered.value).toBe(true);
});

it("takes what is told of a run into its row, and says what went wrong", async () => {
  await list.refresh();
  list.told(run(3, { state: "running" }));
  expect(list.parts.value.get(0)?.[3]).toMatchObject({ name: "run 3", state: "running" });
  vi.mocked(api.found).mockRejectedValue(new Error("The server does not answer."));
  await list.refresh();
  expect(runsFault.value).toBe("The server does not answer.");
  expect(list.parts.value.get(0)).toHaveLength(list.PART);
  runsFault.value = null;
});

it("gathers all that fit, part by part", async () => {
  expect(await list.all()).toHaveLength(5000);
});

it("fetches what has come into sight while it was asked anew", async () => {
  list.see(0, false); // the page was left
  list.parts.value = new Map([[0, [run(77)]]]);
  const refreshed = list.refresh();
  list.see(0, true); // and has come back, with what it had
  await refreshed;
  await vi.waitFor(() => expect(list.parts.value.get(0)?.[0]?.id).toBe("0"));
});

it("writes several values of a parameter one after the other", () => {
  const url = api.address("GET /runs", { state: ["failed", "stopped"], search: "a b" });
  expect(url).toBe("api/v1/runs?state=failed&state=stopped&search=a+b");
});
