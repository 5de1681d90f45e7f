/** What runs say to the lecture's claims. */
import { expect, it } from "vitest";
import { CLAIMS, judged } from "../../src/compare/claims";
import type { Figures } from "../../src/compare/figures";
import { after, figures } from "./raced.testing";

const persistent = (more: Partial<Figures> = {}) => figures({ letter: "A", ...more });
const variational = (more: Partial<Figures> = {}) =>
  figures({ letter: "B", method: "Variational", family: "learned_sampler", beside: 17_000, ...more });
const denoising = (more: Partial<Figures> = {}) =>
  figures({ letter: "C", method: "Denoising", family: "score_matching", ...more });

function finding(words: RegExp, letter: string, all: Figures[]) {
  return judged(all).find((one) => one.letter === letter && words.test(one.words))!.finding;
}

it("tells how much sooner a run was than the slowest other family", () => {
  const all = [
    persistent({ reached: { "0.1": after(3), "0.05": after(7.8) } }),
    denoising({ reached: { "0.1": after(1), "0.05": after(1.9) } }),
  ];
  const found = finding(/^Efficient training/, "C", all);
  expect(found.verdict).toBe("borne out");
  expect(found.words).toBe("reached 0.05 after 1.9 s, 4.1 times sooner than A, Persistent CD");
});

it("tells of a run that was later, and than which", () => {
  const all = [
    persistent({ reached: { "0.1": after(0.5), "0.05": after(1) } }),
    variational({ reached: { "0.1": after(2), "0.05": after(4) } }),
  ];
  const found = finding(/^Efficient training/, "B", all);
  expect(found.verdict).toBe("not borne out");
  expect(found.words).toBe("reached 0.05 after 4.0 s, 4.0 times later than A, Persistent CD");
});

it("compares at the wider distance what has not come to the nearer", () => {
  const all = [
    persistent({ seconds: 10, reached: { "0.1": null, "0.05": null } }),
    denoising({ reached: { "0.1": after(2), "0.05": null } }),
  ];
  expect(finding(/^Efficient training/, "C", all).words).toBe(
    "reached 0.1 after 2.0 s; A, Persistent CD has not in 10 s",
  );
});

it("does not call efficient what is not there yet", () => {
  const late = denoising({ kl: 0.3, seconds: 5 });
  expect(finding(/^Efficient training/, "C", [late]).verdict).toBe("open");
  const all = [late, persistent({ reached: { "0.1": after(2), "0.05": null } })];
  expect(finding(/^Efficient training/, "C", all).verdict).toBe("not borne out");
});

it("calls unstable what rose after its best, or failed", () => {
  const steady = variational({ best: 0.03, worstAfterBest: 0.04 });
  expect(finding(/^Unstable/, "B", [steady]).verdict).toBe("not borne out");
  const risen = finding(/^Unstable/, "B", [variational({ best: 0.03, worstAfterBest: 0.31 })]);
  expect(risen).toEqual({ verdict: "borne out", words: "after its best KL, 0.030, it rose to 0.31" });
  const failed = finding(/^Unstable/, "B", [variational({ failed: true, updates: 120 })]);
  expect(failed.words).toBe("it failed at update 120");
  expect(finding(/^Stable/, "C", [denoising({ best: 0.001, worstAfterBest: 0.015 })]).verdict).toBe(
    "borne out",
  );
});

it("measures an update, and the evaluations in it", () => {
  const all = [
    persistent({ updates: 1000, seconds: 4, evaluations: 500_000, values: 2_000_000 }),
    denoising({ updates: 1000, seconds: 1 }),
  ];
  const found = finding(/^Slow/, "A", all);
  expect(found.verdict).toBe("borne out");
  expect(found.words).toBe(
    "an update takes 4.0 ms, 4.0 times as long as C, Denoising, and 2,500 evaluations to its 100",
  );
  expect(finding(/^Slow/, "A", [persistent()]).verdict).toBe("open");
});

it("says of images what can be said of them", () => {
  const drawn = { kl: null, best: null, worstAfterBest: null, reached: {} };
  const hybrid = { ...variational({ ...drawn, frechet: 400 }), family: "hybrid" as const };
  const own = persistent({ ...drawn, frechet: 27 });
  expect(finding(/inductive bias/, "A", [own, hybrid])).toEqual({
    verdict: "open",
    words: "Fréchet distance 27.0; no other family is beside it",
  });
  expect(finding(/inductive bias/, "A", [own, denoising({ ...drawn, frechet: 40 })]).verdict).toBe(
    "borne out",
  );
  expect(finding(/^Stable/, "C", [denoising({ ...drawn, frechet: 40 })]).words).toContain(
    "cannot be had of images",
  );
});

it("counts the weights that are learned beside the energy", () => {
  expect(finding(/^Double/, "B", [variational({ weights: 8000, beside: 16_000 })])).toEqual({
    verdict: "borne out",
    words: "8,000 weights of the energy and 16,000 of the generator: 3.00 times as many".replace(
      "3.00",
      "3.0",
    ),
  });
  expect(finding(/^Double/, "B", [variational({ weights: null })]).verdict).toBe("open");
});

it("looks for mass and modes away from the data", () => {
  expect(finding(/^Trains only/, "C", [denoising({ massOutside: 0.03 })]).verdict).toBe("borne out");
  expect(finding(/^Trains only/, "C", [denoising({ modesOfEnergy: 0.75 })]).verdict).toBe("borne out");
  expect(finding(/^Trains only/, "C", [denoising()]).verdict).toBe("not borne out");
});

it("says nothing to claims of families that are not there, and to each of those that are", () => {
  expect(judged([figures({ family: "hybrid" })])).toEqual([]);
  expect(judged([persistent(), variational(), denoising()])).toHaveLength(CLAIMS.length);
});

it("never invents a figure: a run of which nothing is measured leaves claims open", () => {
  const nothing = {
    ...{
      kl: null,
      best: null,
      worstAfterBest: null,
      massOutside: null,
      modesOfEnergy: null,
      modesOfSamples: null,
    },
    ...{ distance: null, weights: null, evaluations: null, values: null, updates: 0, seconds: 0 },
  };
  for (const { finding: found } of judged([persistent(nothing), variational(nothing), denoising(nothing)])) {
    expect(found.verdict).toBe("open");
    expect(found.words).not.toMatch(/NaN|null|undefined|∞/);
  }
});

it("says nothing of runs that have made no update", () => {
  const waiting = { updates: 0, seconds: 0, kl: null, modesOfSamples: null };
  const all = [persistent(waiting), variational(waiting), denoising(waiting)];
  expect(new Set(judged(all).map(({ finding }) => finding.words))).toEqual(new Set(["not measured yet"]));
  const begun = judged([persistent({ updates: 9, seconds: 1 }), denoising(waiting)]);
  expect(begun.map(({ finding }) => finding.words)).toContain(
    "no run of another family has made an update yet",
  );
});
