/** Slow motion: what is decoded, which term is lit, and what the keys do. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { arrow, difference, reachOf } from "../src/phases/drawn";
import { lit } from "../src/phases/lit";
import { decodeMotion, type Motion, standing } from "../src/phases/motion";
import { at, close, keyOf, motion, playing, type Shown, seek, show, toggle } from "../src/phases/state";
import type { PackedPhase, SlowMotion } from "../src/protocol/wire";
import { type Sampled, startsAt } from "../src/samplers/sampling";

function packed(numbers: number[], shape = [numbers.length / 2, 2]) {
  return { dtype: "f4" as const, shape, data: new Uint8Array(new Float32Array(numbers).buffer) };
}

function phase(name: string, more: Partial<PackedPhase> = {}): PackedPhase {
  return { name, term: "", sentence: `${name}.`, points: {}, arrows: {}, values: {}, ...more };
}

const WIRE: SlowMotion = {
  step: 7,
  window: [
    [0, 1],
    [0, 1],
  ],
  phases: [
    phase("Take data", { points: { data: packed([1, 2, 3, 4]) } }),
    phase("Step 1 of 2: accept or stay", {
      points: { chains: packed([0, 0]), rejected: packed([1, 1]) },
      arrows: { moved: { start: packed([0, 0]), end: packed([1, 0]) } },
    }),
    phase("Push", {
      points: { data: packed([1, 2, 3, 4]) },
      values: { data: { before: packed([1, 2], [2]), after: packed([0, 1], [2]) } },
    }),
  ],
  change: null,
};

describe("a slow motion", () => {
  const found = decodeMotion(WIRE, "Update", []);

  it("keeps what earlier phases have brought beside each phase, but for what was rejected", () => {
    expect(Object.keys(found.phases[1]!.rest)).toEqual(["data"]);
    expect(Object.keys(found.phases[2]!.rest)).toEqual(["chains"]);
    expect([...found.phases[2]!.points.data!.values]).toEqual([1, 2, 3, 4]);
  });

  it("knows which phases have moved the landscape", () => {
    expect(found.phases.map(({ pushes }) => pushes)).toEqual([false, false, true]);
  });

  it("passes the later steps of long chains quickly", () => {
    const steps = [phase("Step 9 of 40"), phase("Step 1 of 40: drift")].map((one) =>
      standing({ ...found.phases[0]!, ...one, points: {}, arrows: {}, values: {} }),
    );
    expect(steps[0]!).toBeLessThan(steps[1]! / 2);
  });
});

describe("the lit term", () => {
  const equation =
    "\\nabla L = \\mathbb{E}_{\\text{data}} \\nabla E - \\mathbb{E}_{\\text{chains}} \\nabla E";
  const move = "x \\leftarrow x + s\\,\\omega \\;\\text{ or stay}";

  it("is marked in the formula that has it, and in no other", () => {
    const [first, second] = lit([equation, move], "s\\,\\omega");
    expect(first!.lit).toBe(false);
    expect(second!.tex).toContain("\\htmlClass{lit}{s\\,\\omega}");
  });

  it("keeps the colours of data and chains", () => {
    const [only] = lit([equation], "\\mathbb{E}_{\\text{chains}} \\nabla E");
    expect(only!.tex).toContain("\\htmlClass{lit}{\\htmlClass{chains-color}");
    expect(only!.tex).toContain("\\htmlClass{data-color}");
  });

  it("is none where a phase has no term", () => {
    expect(lit([equation], "").some((one) => one.lit)).toBe(false);
  });
});

describe("going through phases", () => {
  let holds = true;
  const next = vi.fn(async (): Promise<Shown | null> => null);

  beforeEach(() => {
    vi.useFakeTimers();
    holds = true;
    next.mockClear();
    const shown: Motion = decodeMotion(WIRE, "Update", []);
    show({ motion: shown, next, holds: () => holds });
  });
  afterEach(() => {
    close();
    vi.useRealTimers();
  });

  it("goes forward and back by keys, and no farther than there are any", () => {
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight"]) keyOf(key)!();
    expect(at.value).toBe(2);
    keyOf("Home")!();
    keyOf("ArrowLeft")!();
    expect(at.value).toBe(0);
    keyOf("End")!();
    expect(at.value).toBe(2);
  });

  it("plays to the last one, holds where a key goes elsewhere, and begins again after the end", () => {
    toggle();
    vi.advanceTimersByTime(2000);
    expect(at.value).toBe(1);
    seek(0);
    vi.advanceTimersByTime(60_000);
    expect([at.value, playing.value]).toEqual([0, false]);
    toggle();
    vi.advanceTimersByTime(60_000);
    expect([at.value, playing.value]).toEqual([2, false]);
    toggle();
    expect([at.value, playing.value]).toEqual([0, true]);
  });

  it("asks for the next one by m, and is left by Escape", () => {
    keyOf("m")!();
    expect(next).toHaveBeenCalledOnce();
    keyOf("Escape")!();
    expect(motion.value).toBe(null);
    expect(keyOf("ArrowRight")).toBe(undefined);
  });

  it("stays left where the next one comes later, and goes on where it comes in time", async () => {
    next.mockImplementation(async () => ({
      motion: decodeMotion(WIRE, "Update", []),
      next,
      holds: () => holds,
    }));
    const first = motion.value;
    keyOf("m")!();
    await vi.runAllTimersAsync();
    expect(motion.value).not.toBe(first);
    keyOf("m")!();
    keyOf("Escape")!();
    await vi.runAllTimersAsync();
    expect(motion.value).toBe(null);
  });
});

describe("a step of a sampler", () => {
  const moving = decodeMotion(
    { ...WIRE, phases: [phase("a", { points: { chains: packed([1, 2, 3, 4]) } })] },
    "Step",
    [],
  );
  const draws = new Float32Array([0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6]);

  it("begins where the chains of the sampling stand, or is of others", () => {
    const known = { draws, chains: 3 } as Sampled;
    expect(startsAt(moving, known, 1)).toBe(true);
    expect(startsAt(moving, known, 0)).toBe(false);
  });
});

describe("what is drawn", () => {
  it("shows arrows between images as images, as strong as the largest entry", () => {
    const image = (values: number[]) => ({ shape: [1, 1, 1, 2], values: new Float32Array(values) });
    const drawn = difference({ start: image([1, 0]), end: image([0, 0.5]) });
    expect([...drawn.values]).toEqual([-1, 0.5]);
  });

  it("leaves out arrows that are too short to be seen", () => {
    expect(arrow([0, 0], [0.5, 0])).toBe(null);
    expect(arrow([0, 0], [10, 0])).toMatch(/^M0.0 0.0L10.0 0.0M/);
  });

  it("takes its scale from all but a few cells of the change", () => {
    const cells = Float32Array.from({ length: 100 }, (_, i) => (i === 50 ? -90 : 0.01 * i));
    expect(reachOf(cells)).toBeLessThan(1);
  });
});
