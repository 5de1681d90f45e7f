/** Numbers at the axes. */
import { describe, expect, it } from "vitest";
import { placed, ticks } from "../../src/stage/axes";
import { Viewport } from "../../src/stage/viewport";

const labels = (...of: Parameters<typeof ticks>) =>
  ticks(...of)
    .map(({ label }) => label)
    .filter(Boolean);

it("are round, and stand where their values are", () => {
  expect(labels(4.5, 0, 1)).toEqual(["−4", "−2", "0", "2", "4"]);
  expect(labels(4.5, 8, 2)).toEqual(["0", "5", "10", "15"]);
  expect(ticks(4.5, 8, 2).find(({ label }) => label === "10")?.at).toBe(1);
});

describe("have the digits that tell one from the next", () => {
  it("as far as single metres of a map's coordinates", () => {
    expect(labels(4.5, 388096.5, 0.3)).toEqual(["388095.5", "388096.0", "388096.5", "388097.0", "388097.5"]);
    expect(labels(4.5, 3948996, 0.3)[1]).toBe("3948995.5");
  });

  it("as far as single seconds since 1970", () => {
    expect(labels(4.5, 1.7e9, 5)).toEqual([
      "1699999980",
      "1699999990",
      "1700000000",
      "1700000010",
      "1700000020",
    ]);
    const fine = labels(4.5, 1.7e9 + 0.5, 1e-3);
    expect(fine).toContain("1700000000.500");
    expect(new Set(fine).size).toBe(fine.length);
  });

  it("with powers of ten where that is much shorter", () => {
    expect(labels(4.5, 0, 1e-9)).toEqual(["−4e−9", "−2e−9", "0", "2e−9", "4e−9"]);
    expect(labels(4.5, 1e-9, 1e-10)).toEqual(["6e−10", "8e−10", "1.0e−9", "1.2e−9", "1.4e−9"]);
    expect(labels(4.5, 0, 1e12)).toEqual(["−4e12", "−2e12", "0", "2e12", "4e12"]);
  });

  it("and each axis has its own", () => {
    expect(labels(4.5, 50000, 10000)).toEqual(["20000", "40000", "60000", "80000"]);
    expect(labels(4.5, 4, 1)).toEqual(["0", "2", "4", "6", "8"]);
    expect(labels(4.5, 1e6, 1e4)).toEqual(["960000", "980000", "1000000", "1020000", "1040000"]);
    expect(labels(4.5, 1e6, 1)).toEqual(["999996", "999998", "1000000", "1000002", "1000004"]);
    expect(labels(4.5, 0, 1e-2)).toEqual(["−0.04", "−0.02", "0.00", "0.02", "0.04"]);
  });
});

describe("are left out where they have no room", () => {
  const shown = (size: number, x: [number, number], y: [number, number]) => {
    const { across, up } = placed(ticks(4.5, ...x), ticks(4.5, ...y), new Viewport(size, 4.5));
    return { across: across.map(({ text }) => text), up: up.map(({ text }) => text) };
  };

  it("but all of them stand where they are short", () => {
    const plain = ["−4", "−2", "0", "2", "4"];
    expect(shown(560, [0, 1], [0, 1])).toEqual({ across: plain, up: plain });
  });

  it("at the edges, in the corner, and where they would touch", () => {
    const wide = shown(566, [388096, 0.236], [3948996, 0.236]);
    expect(wide.across).toEqual(["388095.5", "388096.0", "388096.5"]);
    expect(wide.up).toContain("3948995.0");
    const narrow = shown(340, [1.7e9, 5], [0, 1]);
    expect(narrow.across).toEqual(["1699999990", "1700000010"]);
  });
});
