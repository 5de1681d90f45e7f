/** World and pixels. */

import { expect, test } from "vitest";
import { View } from "../../src/stage/viewport";

test.each([
  [560, 4.5],
  [360, 4.5],
  [733, 6],
])("a point goes to pixels and back on a stage of %d px over +-%d", (size, extent) => {
  const view = new View(size, extent);
  for (const [x, y] of [
    [0, 0],
    [-4.5, 4.5],
    [1.234, -3.21],
  ] as const) {
    expect(view.x(view.px(x))).toBeCloseTo(x, 10);
    expect(view.y(view.py(y))).toBeCloseTo(y, 10);
  }
});

test("y points up and the window's corners are the canvas's", () => {
  const view = new View(560, 4.5);
  expect([view.px(-4.5), view.py(4.5)]).toEqual([0, 0]);
  expect([view.px(4.5), view.py(-4.5)]).toEqual([560, 560]);
});
