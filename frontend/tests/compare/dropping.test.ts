/** Chains dropped in a comparison fall on all stages alike. */
import { beforeEach, expect, it, vi } from "vitest";
import { stageOf } from "../../src/compare/canvases";
import { clearDropped, drop } from "../../src/compare/dropping";
import { dropped, type Member, members } from "../../src/compare/state";
import { DROPS, type Stage } from "../../src/stage";
import { Preview } from "../../src/stage/dropped";
import { fieldOf } from "../stage/fields.testing";

vi.mock("../../src/compare/canvases", () => ({ stageOf: vi.fn() }));

const bowl = fieldOf((x, y) => (x * x + y * y) / 2, 64);
let previews: Preview[] = [];

beforeEach(() => {
  previews = [new Preview(0), new Preview(0), new Preview(0)];
  members.value = previews.map(() => ({}) as Member);
  dropped.value = 0;
  const stages = previews.map((preview, i) => ({
    reaches: (x: number) => Math.abs(x) <= 4 + i,
    dropAt: (...drop: Parameters<Preview["drop"]>) => preview.drop(...drop),
    clearDropped: () => preview.clear(),
  }));
  vi.mocked(stageOf).mockImplementation((index) => stages[index] as unknown as Stage);
});

it("a press starts the same chains on all, and the same seeds give the same paths on the same energy", () => {
  drop({ x: 1, y: -2 }, DROPS.press);
  drop({ x: 0, y: 2 }, DROPS.cloud);
  for (const preview of previews) preview.run(bowl, 20);
  const [one, ...others] = previews.map(({ chains }) => chains.map(({ path }) => path));
  expect(one).toHaveLength(DROPS.press[0] + DROPS.cloud[0]);
  for (const other of others) expect(other).toEqual(one);
  expect(dropped.value).toBe(one!.length);
});

it("a place that one run does not know gets no chains at all, so that the next ones are alike again", () => {
  drop({ x: 5, y: 0 }, DROPS.press);
  expect(previews.map(({ chains }) => chains.length)).toEqual([0, 0, 0]);
  expect(dropped.value).toBe(0);
});

it("clears them on all", () => {
  drop({ x: 0, y: 0 }, DROPS.drag);
  clearDropped();
  expect([...previews.map(({ chains }) => chains.length), dropped.value]).toEqual([0, 0, 0, 0]);
});
