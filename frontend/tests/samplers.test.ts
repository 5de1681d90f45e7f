/** Samplings: what is asked, how the answer is brought to the stage, and how it is played. */
import { describe, expect, it, vi } from "vitest";
import { Latest } from "../src/actions/latest";
import { pointOf } from "../src/protocol/units";
import type { Catalogue, Outcome, RunSummary } from "../src/protocol/wire";
import { disagreement, rHat } from "../src/samplers/agreement";
import { changed, faultOf, fieldsOfChoice, firstChoice, planarRuns } from "../src/samplers/choice";
import { indexOf, later, RATE } from "../src/samplers/player";
import { decodeSampling, frameAt, mapAlone, stepAt, traceOf } from "../src/samplers/sampling";
import { empty } from "./catalogue.testing";

const bytes = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const packed = (shape: number[], values: number[]) => ({ dtype: "f4" as const, shape, data: bytes(values) });

/** Two chains at three moments, in the stage's positions, on a map of half the width 9 around (1, 8). */
const wire: Outcome = {
  landscape: {
    ...packed([2, 2], [0, 1, 2, 3]),
    lo: 0,
    hi: 3,
    window: [
      [-8, 10],
      [-1, 17],
    ],
  },
  draws: packed([3, 2, 2], [0, 0, 4.5, 0, 0.5, 0, 4.5, 0.5, 1, 0, 4.5, 4.5]),
  thinning: 5,
  warm_up: 5,
  acceptance: 0.6,
  step_size: 0.1,
  temperature: 1,
  ess: 4,
  r_hat: 1.2,
  mixing: "slow",
  steps_needed: 21.9,
  autocorrelation: packed([2, 2], [1, 0.5, 1, 0.25]),
  seconds: 1,
  gradient_evaluations: 22,
};

describe("an answer", () => {
  const sampled = decodeSampling(wire, 10);

  it("lies on the square of the stage, and is brought back to its own units", () => {
    const { values } = frameAt(sampled, 2, true).arrays.chains!;
    expect([...values]).toEqual([1, 0, 4.5, 4.5]);
    expect(pointOf(sampled.landscape.units, 4.5, 4.5)).toEqual([10, 17]);
    expect(traceOf(sampled, 0)).toEqual({ x: [0, 5, 10], y: [1, 2, 3] });
    expect(stepAt(sampled, 2)).toBe(10);
    expect(sampled.curves).toEqual([
      [1, 0.5],
      [1, 0.25],
    ]);
  });

  it("tells the stage its units", () => {
    expect(frameAt(sampled, 0, false).units).toEqual({ center: [1, 8], unit: [2, 2] });
  });

  it("sends its map to the stage once", () => {
    expect(frameAt(sampled, 0, true).landscape?.extent).toBe(4.5);
    expect(frameAt(sampled, 1, false).landscape).toBeNull();
  });

  it("may be preceded by its map, with no chains on it", () => {
    const alone = mapAlone(sampled.landscape);
    const { arrays, landscape } = frameAt(alone, 7, true);
    expect(landscape?.extent).toBe(4.5);
    expect(arrays.chains).toEqual({ shape: [0, 2], values: new Float32Array() });
    expect(pointOf(alone.landscape.units, 1, -1)).toEqual([3, 6]);
  });
});

describe("the player", () => {
  it("stops at the end, or rests there and starts again", () => {
    const place = { at: 0, playing: true };
    expect(later(place, 1, 100, 1, true).at).toBe(RATE);
    expect(later({ ...place, at: 98.9 }, 1, 100, 1, false)).toEqual({ at: 99, playing: false });
    const resting = later({ ...place, at: 98.9 }, 0.1, 100, 1, true);
    expect(indexOf(resting.at, 100)).toBe(99);
    expect(later(resting, 5, 100, 1, true)).toEqual({ at: 0, playing: true });
    expect(later({ at: 3, playing: false }, 9, 100, 1, true).at).toBe(3);
  });
});

it("asks one at a time, and of those that wait only the newest", async () => {
  vi.useFakeTimers();
  const asked: number[] = [];
  const ends: (() => void)[] = [];
  const latest = new Latest<number>((question) => {
    asked.push(question);
    return new Promise((end) => ends.push(end));
  }, 250);
  for (const question of [1, 2, 3]) latest.soon(question);
  await vi.advanceTimersByTimeAsync(249);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  latest.now(4);
  latest.now(5);
  expect(asked).toEqual([3]);
  ends[0]!();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([3, 5]);
  vi.useRealTimers();
});

describe("the choice", () => {
  const plugIn = (kind: string, field: string) => ({
    kind,
    title: kind,
    summary: "",
    schema: {
      type: "object",
      properties: { kind: { const: kind }, [field]: { type: "number", exclusiveMinimum: 0, default: 1 } },
    },
  });
  const known = {
    ...empty,
    formulas: [plugIn("ring", "radius"), plugIn("well", "barrier")],
    samplers: [plugIn("langevin", "step_size"), plugIn("mala", "step_size")],
    datasets: [
      { kind: "moons", shape: [2] },
      { kind: "digits", shape: [1, 8, 8] },
    ],
  } as unknown as Catalogue;
  const choice = firstChoice(known)!;

  it("starts with an energy and MALA, and its form is theirs", () => {
    expect(choice.energy).toEqual({ formula: { kind: "ring", radius: 1 } });
    expect(choice.sampler).toEqual({ kind: "mala", step_size: 1 });
    const paths = fieldsOfChoice(known, choice, {}).map(({ path }) => path);
    expect(paths).toEqual(["sampler.step_size", "chains", "steps", "seed", "energy.formula.radius"]);
    expect(firstChoice({ ...known, formulas: [] })).toBeNull();
  });

  it("tells bounds, and when chains times steps are too many", () => {
    const field = (path: string) => fieldsOfChoice(known, choice, {}).find((one) => one.path === path)!;
    expect(faultOf(field("sampler.step_size"), -1, choice, known.most_chain_steps)).toContain("> 0");
    expect(faultOf(field("steps"), 5000, { ...choice, chains: 256 }, known.most_chain_steps)).toContain(
      "1953",
    );
    expect(faultOf(field("steps"), 5000, choice, known.most_chain_steps)).toBeNull();
  });

  it("keeps the start while fields of its energy change", () => {
    const started = { ...choice, start: [1, 2] as [number, number] };
    expect(changed(started, "energy.formula.radius", 3).start).toEqual([1, 2]);
    expect(changed(started, "energy.formula", null).start).toBeNull();
  });

  it("offers runs that have learned something in the plane", () => {
    const run = (id: string, dataset: string, step: number) =>
      ({ id, step, dataset }) as unknown as RunSummary;
    const all = [run("a", "moons", 5), run("b", "moons", 0), run("c", "digits", 5)];
    expect(planarRuns(all, known).map(({ id }) => id)).toEqual(["a"]);
  });
});

describe("chains that do not agree", () => {
  it("say what the pair teaches", () => {
    const langevin = { kind: "langevin", step_size: 0.1 };
    const slow = { r_hat: 1.2, mixing: "slow", steps_needed: 21.9 } as const;
    expect(disagreement({ r_hat: 1.004, mixing: "mixed", steps_needed: 1 }, langevin)).toBeNull();
    expect(disagreement(slow, langevin)).toContain("about 22 times");
    expect(disagreement(slow, langevin)).toContain("Larger steps carry them farther");
    const adaptive = { kind: "mala", target_acceptance: 0.6, temperature: 1 };
    expect(disagreement(slow, adaptive)).toContain("A lower target acceptance makes larger steps");
    expect(disagreement(slow, { ...adaptive, leapfrog_steps: 10 })).toContain("More leapfrog steps");
    expect(disagreement({ r_hat: 2, mixing: "apart", steps_needed: 150 }, langevin)).toContain(
      "no step of this sampler crosses",
    );
    expect(disagreement({ r_hat: null, mixing: null, steps_needed: null }, langevin)).toContain("schedule");
    expect(rHat({ r_hat: null, mixing: "apart", steps_needed: null })).toBe("∞");
    expect(rHat({ r_hat: null, mixing: null, steps_needed: null })).toBe("–");
  });
});
