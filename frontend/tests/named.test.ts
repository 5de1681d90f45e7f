/** What runs are called. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { DatasetInfo, MethodInfo, Run } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { givenName, nameOfRun, nameOnStage } from "../src/run/named";
import { catalogue, draft, history } from "../src/state";
import { empty, length } from "./catalogue.testing";

const SERVERS = "persistent on pinwheel";
const called = (name: string, dataset = "pinwheel") => ({ name, dataset, method: "persistent" });

beforeEach(() => {
  const dataset = (kind: string, title: string, table: object | null) =>
    ({ kind, title, table }) as unknown as DatasetInfo;
  catalogue.value = {
    ...empty,
    datasets: [dataset("pinwheel", "Pinwheel", null), dataset("own", "Your points", {})],
    methods: [{ kind: "persistent", title: "Persistent CD" } as MethodInfo],
  };
});
afterEach(() => {
  catalogue.value = draft.value = history.value = null;
});

it("calls a branch by what it is and where it left", () => {
  expect(nameOfRun(called(SERVERS))).toBe("Pinwheel · Persistent CD");
  expect(nameOfRun(called(`${SERVERS}, from 40`))).toBe("Pinwheel · Persistent CD, from 40");
  expect(nameOfRun(called(`${SERVERS}, from 40, again`))).toBe("Pinwheel · Persistent CD, from 40, again");
  expect(nameOfRun(called("persistent on wells.csv, from 7", "own"))).toBe(
    "wells.csv · Persistent CD, from 7",
  );
  expect([givenName(called(`${SERVERS}, from 40`)), givenName(called("lecture 3"))]).toEqual([
    null,
    "lecture 3",
  ]);
});

it("the header has the branch's own name, not its parent's", () => {
  const config = { dataset: { kind: "pinwheel" }, method: { kind: "persistent" }, ...length };
  const shown = (name: string) => {
    const info = { ...called(name), id: name, state: "finished", config, metrics: {} } as unknown as Run;
    history.value = openHistory(info, "server");
    draft.value = info.config;
    return nameOnStage.value;
  };
  expect(shown(SERVERS)).toBe("Pinwheel · Persistent CD");
  expect(shown(`${SERVERS}, from 40`)).toBe("Pinwheel · Persistent CD, from 40");
  expect(shown("lecture 3, from 40")).toBe("lecture 3, from 40");
});
