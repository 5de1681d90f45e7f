/** Numbers read as in print. */
import { describe, expect, it } from "vitest";
import {
  ago,
  counter,
  duration,
  fixed,
  located,
  nats,
  percent,
  rate,
  sentence,
  setting,
  significant,
} from "../src/words/format";

describe("figures", () => {
  it.each([
    [0.0123, "0.0123"],
    [1.2345, "1.23"],
    [123.456, "123"],
    [12345.6, "12,346"],
    [-2.5, "−2.50"],
    [0, "0"],
    [123456, "1.2 × 10⁵"],
    [0.0000321, "3.2 × 10⁻⁵"],
    [Number.NaN, "—"],
    [Number.NEGATIVE_INFINITY, "−∞"],
    [null, "—"],
  ])("%s has three significant digits: %s", (value, text) => expect(significant(value)).toBe(text));

  it.each([
    [1.239, "1.24"],
    [0.384, "0.38"],
    [0.0123, "0.012"],
    [0.00016, "0.0002"],
    [-0.0004, "−0.0004"],
    [21.35, "21.4"],
  ])("a divergence of %s is %s nats", (value, text) => expect(nats(value)).toBe(text));

  it("fixed decimals stay, unless the figure runs away", () => {
    expect(fixed(1, 2)).toBe("1.00");
    expect(fixed(2.5e7, 2)).toBe("2.5 × 10⁷");
  });

  it.each([
    [0.0001, "0.01 %"],
    [0.00001, "< 0.01 %"],
    [0.5, "50.0 %"],
    [0, "0 %"],
    [0.0123, "1.2 %"],
  ])("a share of %s is %s", (share, text) => expect(percent(share)).toBe(text));
});

it.each([
  [1.2345, 1, "1.23"],
  [-0.5, 1, "−0.50"],
  [5012.34, 55, "5012"],
  [388096.5123, 0.3, "388096.512"],
  [1700000012.4, 5, "1700000012.40"],
  [1.2345e-9, 1e-9, "1.23 × 10⁻⁹"],
  [2.5e20, 1e19, "2.500 × 10²⁰"],
])("the coordinate %s on a map with %s a position is %s", (value, unit, text) =>
  expect(located(value, unit)).toBe(text),
);

it("the counter never changes its width below a million", () => {
  expect(counter(0)).toBe("000,000");
  expect(counter(4120)).toBe("004,120");
  expect(counter(1234567)).toBe("1,234,567");
});

it.each([
  [412.3, "412"],
  [8.44, "8.4"],
  [0.345, "0.34"],
  [0, "0"],
  [Number.NaN, "0"],
])("a rate of %s is %s a second", (value, text) => expect(rate(value)).toBe(text));

it.each([
  [0.42, "0.4 s"],
  [34.2, "34 s"],
  [125, "2 min 5 s"],
  [4320, "1 h 12 min"],
])("%s seconds are %s", (seconds, text) => expect(duration(seconds)).toBe(text));

it("tells how long ago a run was made", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  expect(ago("2026-11-23T11:59:50Z", now)).toBe("just now");
  expect(ago("2026-11-23T11:30:00Z", now)).toBe("30 min ago");
  expect(ago("2026-11-22T11:00:00Z", now)).toBe("1 day ago");
  expect(ago(now / 1000 - 7200, now)).toBe("2 h ago");
});

it.each([
  [0.034, "0.034"],
  [256, "256"],
  [1200, "1,200"],
  [true, "on"],
  [null, "none"],
  [[64, 64], "64, 64"],
  [{ kind: "mala" }, "mala"],
])("the setting %j reads %s", (value, text) => expect(setting(value)).toBe(text));

it.each([
  ["run a is finished", "Run a is finished."],
  ["pnan.npy, row 4: it holds nan", "pnan.npy, row 4: it holds nan."],
  ["method.steps is 0", "method.steps is 0."],
  ["/x/mine.py, line 2: no.", "/x/mine.py, line 2: no."],
  ["the server does not answer. Is it running?", "The server does not answer. Is it running?"],
])("%s reads as a sentence, and names stay as they are", (text, said) => expect(sentence(text)).toBe(said));
