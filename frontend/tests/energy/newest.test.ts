/** Which energy is in hand, and when it is asked for. */
import { expect, it, vi } from "vitest";
import { decodeEnergy } from "../../src/energy/description";
import { Evaluator } from "../../src/energy/evaluator";
import { Maps, type Thread } from "../../src/energy/maps";
import { Energies } from "../../src/energy/newest";
import type { MapAnswer, MapRequest } from "../../src/energy/worker";
import { Refusal } from "../../src/protocol/api";
import { examples } from "./energies.testing";

const wire = (step: number) => ({ ...examples[0]!.energy, step });
const now = (step: number, run = "r") => ({ run, snapshot: null, step });

it("asks for the newest energy when the run has moved on, and one at a time", async () => {
  const answers: (() => void)[] = [];
  const fetch = vi.fn(
    (_: string, step?: number) =>
      new Promise<ReturnType<typeof wire>>((done) => answers.push(() => done(wire(step ?? 7)))),
  );
  let time = 0;
  const energies = new Energies(fetch, () => time);
  const first = energies.want(now(7));
  await energies.want(now(8));
  expect(fetch).toHaveBeenCalledTimes(1);
  answers.shift()!();
  await first;
  expect(energies.at(now(9))?.step).toBe(7);
  time = 60_000;
  expect(energies.at(now(9))).toBe(null);
  expect(energies.at(now(7))?.step).toBe(7);
  expect(energies.at(now(9, "other"))).toBe(null);
  await energies.want(now(7));
  expect(fetch).toHaveBeenCalledTimes(1);
});

it("keeps the energies of past moments, which do not change", async () => {
  const fetch = vi.fn(async (_: string, step?: number) => wire(step ?? -1));
  const energies = new Energies(fetch, () => 0);
  const past = { run: "r", snapshot: 5, step: 5 };
  expect(energies.at(past)).toBe(null);
  await energies.want(past);
  await energies.want(past);
  expect(fetch.mock.calls).toEqual([["r", 5]]);
  expect(energies.at(past)?.step).toBe(5);
});

it("asks no more where the energy cannot be told, and again after a while where the server is gone", async () => {
  let [time, status] = [1, 0];
  const fetch = vi.fn(async () => Promise.reject(new Refusal(status, "why not")));
  const energies = new Energies(fetch, () => time);
  await energies.want(now(1));
  await energies.want(now(2));
  expect(fetch).toHaveBeenCalledTimes(1);
  [time, status] = [10_000, 409];
  await energies.want(now(2));
  time = 20_000;
  await energies.want(now(3));
  expect(fetch).toHaveBeenCalledTimes(2);
  expect(energies.fault).toBe("why not");
  await energies.want(now(3, "another"));
  expect(fetch).toHaveBeenCalledTimes(3);
});

it("sends an energy once, and takes the maps of the newest request alone", () => {
  const sent: MapRequest[] = [];
  const thread: Thread = { postMessage: (request) => sent.push(request), onmessage: null };
  const received: MapAnswer[] = [];
  const maps = new Maps(
    () => thread,
    (_, map) => received.push(map),
  );
  const evaluator = new Evaluator(decodeEnergy(wire(3)));
  const square = { x: 0, y: 0, extent: 1 };
  maps.ask(evaluator, square, [8]);
  maps.ask(evaluator, square, [8, 16]);
  expect(sent.map(({ number, energy }) => [number, energy !== undefined])).toEqual([
    [1, true],
    [2, false],
  ]);
  for (const number of [1, 2]) {
    const data = { number, square: { ...square, size: 8 }, values: new Float32Array(64), last: false };
    thread.onmessage?.({
      data: { ...data, milliseconds: 1, by: "TypeScript", why: null },
    } as MessageEvent<MapAnswer>);
  }
  expect(received.map(({ number }) => number)).toEqual([2]);
});
