/** Numbers at the axes. */
import { describe, expect, it } from "vitest";
import { ticks } from "../../src/stage/axes";

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
    expect(labels(4.5, 0, 1e-2)).toEqual(["−0.04", "−0.02", "0.00", "0.02", "0.04"]);
  });
});
