/** What the page's evaluator costs in processor time, at the sizes of the defaults:
 * `npx rolldown scripts/energy-cost.ts --platform node | node --input-type=module`.
 */
import type { Energy } from "../src/energy/description";
import { Evaluator } from "../src/energy/evaluator";

const random = (length: number, scale: number) =>
  Float64Array.from({ length }, (_, i) => scale * Math.sin(12.9898 * i + 78.233 * length));
const energy: Energy = {
  step: 0,
  center: [0, 0],
  matrix: [
    [1, 0],
    [0, 1],
  ],
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
function cost(what: () => void) {
  for (let i = 0; i < 3; i++) what();
  const all: number[] = [];
  for (let i = 0; i < 12; i++) {
    const a = process.cpuUsage();
    what();
    const b = process.cpuUsage(a);
    all.push((b.user + b.system) / 1000);
  }
  all.sort((a, b) => a - b);
  return `min ${all[0]!.toFixed(1)} median ${all[6]!.toFixed(1)} ms`;
}
console.log(
  "map",
  cost(() => evaluator.rows({ x: 0, y: 0, extent: 4.5, size: 128 }, 0, 128, map)),
);
console.log(
  "1000 E",
  cost(() => evaluator.energies(points, values)),
);
console.log(
  "1000 E, grad",
  cost(() => evaluator.withGradient(points, values, slopes)),
);
