/** Who computes maps: WebGL2 where it agrees and is faster, else plain code, which says why. */
import { expect, it } from "vitest";
import { decodeEnergy } from "../../src/energy/description";
import { Evaluator } from "../../src/energy/evaluator";
import { type Gpu, NoGpu } from "../../src/energy/gpu";
import { Painter } from "../../src/energy/painter";
import { programOf, ROW } from "../../src/energy/shader";
import { examples } from "./energies.testing";

const evaluators = examples.map(({ name, energy }) => ({ name, of: new Evaluator(decodeEnergy(energy)) }));
const { of } = evaluators[0]!;
const square = { x: 0, y: 0, extent: 2, size: 8 };

/** A WebGL2 that computes by plain code, so many times as slow by the clock, and off by a number. */
function stand(slowness: number, off = 0, lost = { yes: false }) {
  let [time, loaded] = [0, of];
  const gpu = {
    load: (next: Evaluator) => {
      if (next.energy.groups) throw new NoGpu("the energy has groups", true);
      loaded = next;
    },
    map: (s: typeof square, out: Float32Array) => {
      if (lost.yes) throw new NoGpu("its WebGL2 context was lost");
      loaded.rows(s, 0, s.size, out);
      for (let i = 0; i < out.length; i++) out[i]! += off;
      time += slowness;
    },
  };
  const clock = () => time++;
  return new Painter(() => gpu as unknown as Gpu, clock);
}

it("computes by WebGL2 where it agrees and is faster", () => {
  const painter = stand(-1);
  painter.take(of);
  expect(painter.means).toBe("WebGL2");
  const out = new Float32Array(64);
  expect(painter.paint(square, 0, 2, out)).toBe(8);
  const plain = new Float32Array(64);
  of.rows(square, 0, 8, plain);
  expect([...out]).toEqual([...plain]);
});

it("computes by plain code where WebGL2 is missing, slow, wrong or lost, and says which", () => {
  const missing = new Painter(() => {
    throw new NoGpu("this browser has no WebGL2");
  });
  const lost = { yes: false };
  const cases = [
    [missing, "no WebGL2"],
    [stand(100), "takes"],
    [stand(-1, 0.5), "off by"],
    [stand(-1, 0, lost), "lost"],
  ] as const;
  for (const [painter, why] of cases) {
    painter.take(of);
    lost.yes = true;
    const out = new Float32Array(64);
    let row = 0;
    while (row < 8) row += painter.paint(square, row, 3, out);
    expect(row).toBe(8);
    expect(painter.means).toBe("TypeScript");
    expect(painter.why).toContain(why);
    const plain = new Float32Array(64);
    of.rows(square, 0, 8, plain);
    expect([...out]).toEqual([...plain]);
  }
});

it("goes back to WebGL2 after an energy that it does not take", () => {
  const painter = stand(-1);
  painter.take(of);
  painter.take(evaluators.find(({ name }) => name.endsWith("with groups"))!.of);
  expect(painter.means).toBe("TypeScript");
  painter.take(of);
  expect(painter.means).toBe("WebGL2");
});

it("writes a program for every energy without groups", () => {
  for (const { name, of } of evaluators) {
    const program = programOf(of);
    expect(program === null, name).toBe(of.energy.groups !== null);
    expect((program?.texels.length ?? 0) % (4 * ROW)).toBe(0);
    expect(program?.source ?? "").not.toMatch(/NaN|undefined|Infinity/);
  }
});
