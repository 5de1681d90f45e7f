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

test.each(["dark", "light"] as const)(
  "the %s difference goes from orange over a neutral to blue",
  (theme) => {
    const [red, , blue] = channels(differenceColors[theme][120] as number);
    const [less, , more] = channels(differenceColors[theme][LEVELS - 121] as number);
    const [r, g, b] = channels(differenceColors[theme][LEVELS / 2] as number);
    expect(red).toBeGreaterThan(blue + 60);
    expect(more).toBeGreaterThan(less + 60);
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(14);
  },
);
