/** World and pixels. */

import { expect, test } from "vitest";
import { Viewport } from "../../src/stage/viewport";

test.each([
  [560, 4.5],
  [360, 4.5],
  [733, 6],
])("a point goes to pixels and back on a stage of %d px over +-%d", (size, extent) => {
  const viewport = new Viewport(size, extent);
  for (const [x, y] of [
    [0, 0],
    [-4.5, 4.5],
    [1.234, -3.21],
  ] as const) {
    expect(viewport.atX(viewport.px(x))).toBeCloseTo(x, 10);
    expect(viewport.atY(viewport.py(y))).toBeCloseTo(y, 10);
  }
});

test("y points up and the window's corners are the canvas's", () => {
  const viewport = new Viewport(560, 4.5);
  expect([viewport.px(-4.5), viewport.py(4.5)]).toEqual([0, 0]);
  expect([viewport.px(4.5), viewport.py(-4.5)]).toEqual([560, 560]);
});
