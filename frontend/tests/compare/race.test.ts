/** Who races, and with what. */
import { beforeAll, expect, it, vi } from "vitest";
import { empty, length } from "../catalogue.testing";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal("document", {
  documentElement: { dataset: {} },
  addEventListener: () => undefined,
  hidden: false,
});
vi.stubGlobal("location", { origin: "http://lab", hash: "" });

let raceOf: typeof import("../../src/compare/race").raceOf;
beforeAll(async () => {
  ({ raceOf } = await import("../../src/compare/race"));
});

const method = (kind: string) => ({ ...length, method: { kind }, energy: { kind: "mlp" }, optimization: {} });
const known = {
  ...empty,
  families: [
    { kind: "one", title: "One", races: "first" },
    { kind: "two", title: "Two", races: "second" },
    { kind: "three", title: "Three", races: null },
    { kind: "four", title: "Four", races: "for images" },
  ],
  recipes: {
    first: { plane: { ...method("first"), energy: { kind: "wide" } } },
    second: { plane: method("second") },
    "for images": { image: method("for images") },
  },
} as unknown as Parameters<typeof raceOf>[0];

it("races the method of each family that has settings for the data, with seed and length of the choice", () => {
  const choice = { ...method("second"), dataset: { kind: "moons", noise: 0.2 }, seed: 7, seconds: 12 };
  const raced = raceOf(known, choice);
  expect(raced.map((config) => config.method.kind)).toEqual(["first", "second"]);
  expect(raced[0]!.energy.kind).toBe("wide");
  for (const { dataset, seed, seconds } of raced)
    expect([dataset, seed, seconds]).toEqual([choice.dataset, 7, 12]);
});
