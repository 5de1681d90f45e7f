/** Colour maps. */

import { expect, test } from "vitest";
import {
  cssColor,
  densityColors,
  differenceColors,
  energyColors,
  LEVELS,
  viridis,
} from "../../src/stage/colormap";
import { palette } from "../../src/stage/palette";

const channels = (packed: number) => [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255] as const;
const luminance = (packed: number) => {
  const [red, green, blue] = channels(packed);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

test("viridis runs from its purple to its yellow, and only gets brighter", () => {
  expect(cssColor(viridis[0] as number)).toBe("rgb(68, 1, 84)");
  expect(cssColor(viridis[LEVELS - 1] as number)).toBe("rgb(253, 231, 37)");
  for (let k = 32; k < LEVELS; k += 32) {
    expect(luminance(viridis[k] as number)).toBeGreaterThan(luminance(viridis[k - 32] as number));
  }
});

test("low energy and high density are bright", () => {
  for (const table of [energyColors, densityColors]) {
    expect(cssColor(table[0] as number)).toBe("rgb(253, 231, 37)");
    expect(luminance(table[LEVELS - 1] as number)).toBeLessThan(25);
  }
});

/** In degrees. */
function hue([r, g, b]: readonly number[]): number {
  const [red, green, blue] = [r!, g!, b!];
  return (Math.atan2(Math.sqrt(3) * (green - blue), 2 * red - green - blue) * 180) / Math.PI;
}

const apart = (a: number, b: number) => Math.abs(((a - b + 540) % 360) - 180);

test.each(["dark", "light"] as const)(
  "the %s difference goes from violet over a neutral to green, hues that no layer has",
  (theme) => {
    const less = channels(differenceColors[theme][160] as number);
    const more = channels(differenceColors[theme][LEVELS - 161] as number);
    const [r, g, b] = channels(differenceColors[theme][LEVELS / 2] as number);
    expect(less[2]).toBeGreaterThan(less[1]! + 60);
    expect(more[1]).toBeGreaterThan(more[2]! + 20);
    expect(Math.max(r!, g!, b!) - Math.min(r!, g!, b!)).toBeLessThan(14);
    const layers = palette(theme, false);
    for (const color of [layers.data, layers.chainTrail, layers.chainHead, layers.generator]) {
      const packed = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
      for (const end of [less, more]) expect(apart(hue(end), hue(packed))).toBeGreaterThan(25);
    }
  },
);
