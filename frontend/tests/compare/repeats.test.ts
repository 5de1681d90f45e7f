/** Runs that are repeated with other seeds: the table has their medians and ranges. */
import { expect, it } from "vitest";
import { medianOf } from "../../src/compare/repeats";
import { csvOf, markdownOf, ROWS, rangeText } from "../../src/compare/table";
import { after, figures } from "./raced.testing";

const MOMENT = { clock: "updates", unit: "", at: 200, end: 400 };
const row = (name: string) => ROWS.find((one) => one.name === name)!;
const seeds = [
  figures({ kl: 0.03, seconds: 10, reached: { "0.1": after(4), "0.05": after(9) } }),
  figures({ kl: 0.01, seconds: 12, reached: { "0.1": after(2), "0.05": null } }),
  figures({ kl: 0.02, seconds: 11, reached: { "0.1": after(3), "0.05": null } }),
];

it("has the median of each figure, and of one run its own", () => {
  const middle = medianOf(seeds);
  expect(middle).toMatchObject({ letter: "A", method: "Persistent CD", kl: 0.02, seconds: 11 });
  expect(middle.reached["0.1"]?.seconds).toBe(3);
  expect(medianOf([seeds[0]!])).toBe(seeds[0]);
});

it("what most seeds have not reached is not reached", () => {
  expect(medianOf(seeds).reached["0.05"]).toBeNull();
  const most = medianOf([...seeds.slice(0, 2), figures({ reached: { "0.1": after(3), "0.05": after(7) } })]);
  expect(most.reached["0.05"]?.seconds).toBe(9);
});

it("a figure that some seeds lack is the median of the others", () => {
  const middle = medianOf([figures({ frechet: null }), figures({ frechet: 4 }), figures({ frechet: 6 })]);
  expect(middle.frechet).toBe(5);
});

it("tells how far the seeds lie apart, on the page and in what is saved", () => {
  const all = [medianOf(seeds), figures({ letter: "B", kl: 0.5 })];
  expect(all.map((one) => rangeText(row("KL"), one))).toEqual(["0.010 to 0.030", null]);
  expect(rangeText(row("updates"), all[0]!)).toBeNull();
  expect(rangeText(row("modes in the density"), all[0]!)).toBeNull();
  const csv = csvOf(all, [], MOMENT);
  expect(csv).toContain('figure,unit,"A Persistent CD, median of 3 seeds",B Persistent CD\r\n');
  expect(csv).toContain("KL,nats,0.02,0.5\r\n");
  expect(csv).toContain('"KL, least of the seeds",nats,0.01,\r\n');
  expect(csv).toContain('"KL, greatest of the seeds",nats,0.03,\r\n');
  expect(markdownOf("Pinwheel", all, [], MOMENT)).toContain("| KL, nats | 0.020 (0.010 to 0.030) | 0.50 |");
});
