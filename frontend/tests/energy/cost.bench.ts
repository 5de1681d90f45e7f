/** What the page's evaluator costs at the sizes of the defaults: `npx vitest bench tests/energy`. */
import { bench } from "vitest";
import type { Energy } from "../../src/energy/description";
import { Evaluator } from "../../src/energy/evaluator";

const random = (length: number, scale: number) =>
  Float64Array.from({ length }, (_, i) => scale * Math.sin(12.9898 * i + 78.233 * length));

/** Two hidden layers of 64 units on 32 pairs of features. */
const energy: Energy = {
  step: 0,
  center: [0, 0],
  matrix: [[1, 0], [0, 1]],
  frequencies: random(64, 1),
  phases: random(32, 1),
  activation: "silu",
  layers: [
    { weight: random(64 * 66, 0.2), bias: random(64, 0.1) },
    { weight: random(64 * 64, 0.2), bias: random(64, 0.1) },
    { weight: random(64, 0.2), bias: random(1, 0.1) },
  ],
  reading: "height",
  scale: 1,
  quadratic: 0.1,
  constant: 0,
  groups: null,
};
const evaluator = new Evaluator(energy);
const map = new Float32Array(128 * 128);
const points = random(2000, 3);
const [values, slopes] = [new Float64Array(1000), new Float64Array(2000)];

bench("a map of 128 x 128", () => evaluator.rows({ x: 0, y: 0, extent: 4.5, size: 128 }, 0, 128, map));
bench("energies of 1,000 points", () => evaluator.energies(points, values));
bench("energies and gradients of 1,000 points", () => evaluator.withGradient(points, values, slopes));
