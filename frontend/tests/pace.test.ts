/** The counter runs between arrivals, and rates are told over the last seconds. */
import { describe, expect, it } from "vitest";
import { Frequency, Pace } from "../src/run/pace";

function paced(every: number, by: number, times: number): Pace {
  const pace = new Pace();
  for (let i = 0; i < times; i++) pace.arrive(i * by, i * every);
  return pace;
}

describe("the counter", () => {
  it("goes on at the measured speed between two arrivals", () => {
    const pace = paced(100, 40, 11);
    expect(pace.updatesPerSecond(1000)).toBeCloseTo(400);
    expect(pace.counterAt(1000, true)).toBe(400);
    expect(pace.counterAt(1050, true)).toBe(420);
  });

  it("stands still when nothing comes any more", () => {
    const pace = paced(100, 40, 11);
    const soon = pace.counterAt(1400, true);
    expect(soon).toBeLessThanOrEqual(460);
    expect(pace.counterAt(60_000, true)).toBe(soon);
  });

  it("never goes back while the run goes on, and tells the exact step when it stands", () => {
    const pace = paced(100, 40, 11);
    const ahead = pace.counterAt(1140, true);
    pace.arrive(404, 1150);
    expect(pace.counterAt(1150, true)).toBeGreaterThanOrEqual(ahead);
    expect(pace.counterAt(1150, false)).toBe(404);
  });

  it("starts anew when a run goes on from an earlier checkpoint", () => {
    const pace = paced(100, 40, 11);
    pace.arrive(120, 1200);
    expect(pace.counterAt(1200, false)).toBe(120);
  });
});

it("the rate of updates is 0 once nothing has come for a while", () => {
  expect(paced(100, 40, 11).updatesPerSecond(20_000)).toBe(0);
});

it("the lag is half of the way there and back, and the time to the drawing", () => {
  const pace = new Pace();
  pace.roundTrip = 10;
  pace.drew(100, 112);
  expect(pace.lag).toBe(17);
});

it("a frequency fades when what it counts stops", () => {
  const frames = new Frequency();
  for (let i = 0; i < 31; i++) frames.count(i * 100);
  expect(frames.perSecond(3000)).toBeCloseTo(10);
  expect(frames.perSecond(60_000)).toBe(0);
});
