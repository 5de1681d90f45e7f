/** Marching squares. */

import { expect, test } from "vitest";
import { Contours, type Line } from "../../src/stage/contours";

const SIZE = 100;

function grid(f: (column: number, row: number) => number): Float32Array {
  return Float32Array.from({ length: SIZE * SIZE }, (_, i) => f(i % SIZE, Math.floor(i / SIZE)));
}

function length(line: Line): number {
  let sum = 0;
  for (let i = 2; i < line.length; i += 2) {
    sum += Math.hypot(
      (line[i] as number) - (line[i - 2] as number),
      (line[i + 1] as number) - (line[i - 1] as number),
    );
  }
  return sum;
}

test.each([5, 20, 44])("a circle of radius %d is one closed line of its length", (radius) => {
  const cone = grid((column, row) => Math.hypot(column - 49.3, row - 50.1));
  const [lines] = new Contours(SIZE).lines(cone, [radius]);
  expect(lines).toHaveLength(1);
  const line = lines?.[0] as Line;
  expect(line.slice(0, 2)).toEqual(line.slice(-2));
  expect(Math.abs(length(line) / (2 * Math.PI * radius) - 1)).toBeLessThan(0.01);
});

test("a line that leaves the grid ends at its border", () => {
  const [lines] = new Contours(SIZE).lines(
    grid((column) => column),
    [30.25],
  );
  expect(lines).toHaveLength(1);
  expect(length(lines?.[0] as Line)).toBeCloseTo(SIZE - 1, 4);
});

test("levels that the field does not reach have no lines, and a second call starts afresh", () => {
  const contours = new Contours(SIZE);
  const cone = grid((column, row) => Math.hypot(column - 50, row - 50));
  for (let again = 0; again < 2; again++) {
    expect(contours.lines(cone, [-1, 10, 20, 1000]).map((lines) => lines.length)).toEqual([0, 1, 1, 0]);
  }
});

test("at a saddle the two lines pass each other on the side of the middle", () => {
  // High in two opposite corners of the cell at (10, 10); the mean of the corners is 0.
  const saddle = (high: number) => {
    const values = new Float32Array(SIZE * SIZE).fill(-1);
    values[10 * SIZE + 10] = high;
    values[11 * SIZE + 11] = high;
    return values;
  };
  expect(new Contours(SIZE).lines(saddle(3), [0])[0]).toHaveLength(1);
  expect(new Contours(SIZE).lines(saddle(0.5), [0])[0]).toHaveLength(2);
});
