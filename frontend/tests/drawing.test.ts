/** Drawing: from strokes to points, classes, undoing, and the file that gives it back. */
import { beforeEach, describe, expect, it } from "vitest";
import {
  added,
  classesOf,
  className,
  compacted,
  countOf,
  type Drawn,
  erased,
  MOST,
  NOTHING,
} from "../src/drawing/drawn";
import { frameOf } from "../src/drawing/frame";
import { packed, unpacked } from "../src/drawing/packed";
import { begun, redone, stroked, undone } from "../src/drawing/past";
import * as state from "../src/drawing/state";
import { csvOf, isLabelled, jsonOf } from "../src/drawing/table";
import { along, dab, inUnits, spray } from "../src/drawing/tools";
import { readNpy } from "../src/protocol/npy";
import { PLAIN_UNITS, type Units } from "../src/protocol/units";
import { uniform } from "../src/stage/random";

const two = added(added(NOTHING, [1, 2, 3, 4], 0), [5, 6], 3);
const places = (flat: readonly number[]) =>
  Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!] as const);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("points", () => {
  it("are added with their class, and what was drawn before is not changed", () => {
    expect([...two.points]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...two.classes]).toEqual([0, 0, 3]);
    expect(countOf(NOTHING)).toBe(0);
  });

  it("end where a distribution takes no more", () => {
    const nearly = { points: new Float64Array(2 * (MOST - 1)), classes: new Uint8Array(MOST - 1) };
    const full = added(nearly, [1, 2, 3, 4], 1);
    expect(countOf(full)).toBe(MOST);
    expect([...full.points.slice(-2)]).toEqual([1, 2]);
    expect(added(full, [1, 2], 0)).toBe(full);
  });

  it("are erased within the circle that is seen, whatever the units of the axes", () => {
    const units: Units = { center: [1000, 0.5], unit: [100, 0.01] };
    const drawn = added(NOTHING, [1000, 0.5, 1090, 0.5, 1000, 0.509, 1110, 0.5, 1000, 0.511], 0);
    expect([...erased(drawn, units, 0, 0, 1).points]).toEqual([1110, 0.5, 1000, 0.511]);
    expect(erased(drawn, units, 3, 3, 1)).toBe(drawn);
  });

  it("have classes from 0 without a gap, however they were chosen", () => {
    const drawn = added(added(added(NOTHING, [1, 1], 7), [2, 2], 2), [3, 3], 7);
    expect(classesOf(drawn)).toEqual([2, 7]);
    expect(compacted(drawn)).toEqual([1, 0, 1]);
  });
});

describe("tools", () => {
  it("the brush fills its disc evenly", () => {
    const points = places(dab(2, -1, 0.5, 4000, uniform(0)));
    const from = points.map(([x, y]) => Math.hypot(x - 2, y + 1));
    expect(Math.max(...from)).toBeLessThanOrEqual(0.5);
    // the squared distance is uniform: four standard errors of its mean
    expect(mean(from.map((r) => r * r))).toBeCloseTo(0.125, 2);
  });

  it("the spray is normal with half the radius for standard deviation", () => {
    const points = places(spray(2, -1, 0.5, 4000, uniform(0)));
    expect(mean(points.map(([x]) => (x - 2) ** 2))).toBeCloseTo(0.0625, 2);
    expect(mean(points.map(([, y]) => (y + 1) ** 2))).toBeCloseTo(0.0625, 2);
    expect(mean(points.map(([x, y]) => (x - 2) * (y + 1)))).toBeCloseTo(0, 2);
  });

  it("dabs lie a spacing apart, so that a slow stroke is as dense as a quick one", () => {
    expect(along({ x: 0, y: 0 }, { x: 0, y: 4 }, 1.5)).toEqual([
      { x: 0, y: 1.5 },
      { x: 0, y: 3 },
    ]);
    expect(along({ x: 0, y: 0 }, { x: 0.3, y: 0 }, 2)).toEqual([]);
    expect(along({ x: 1, y: 1 }, { x: 1, y: 1 }, 2)).toEqual([]);
  });

  it("points are in the units of the drawing, with digits for what can be seen, and none lies off the stage", () => {
    expect(inUnits(PLAIN_UNITS, [1 / 3, -2 / 3, 4.6, 0])).toEqual([0.33333, -0.66667]);
    const units: Units = { center: [388096, 2e9], unit: [0.3, 4e7] };
    expect(inUnits(units, [1 / 3, 1 / 3])).toEqual([388096.1, 2013333300]);
  });
});

describe("undoing", () => {
  it("goes back stroke by stroke, and a stroke that changed nothing is none", () => {
    const first = added(NOTHING, [0, 0], 0);
    const past = stroked(stroked(stroked(begun(NOTHING), first), first), two);
    expect(past.before).toHaveLength(2);
    expect(undone(past).drawn).toBe(first);
    expect(undone(undone(undone(past))).drawn).toBe(NOTHING);
  });

  it("brings back what was undone, until there is another stroke", () => {
    const [first, other] = [added(NOTHING, [0, 0], 0), added(NOTHING, [9, 9], 0)];
    const past = stroked(stroked(begun(NOTHING), first), two);
    const back = undone(undone(past));
    expect(redone(back).drawn).toBe(first);
    expect(redone(redone(back))).toEqual(past);
    expect(redone(past)).toBe(past);
    expect(redone(stroked(undone(past), other)).drawn).toBe(other);
  });

  it("forgets the oldest of large drawings", () => {
    const large = (): Drawn => ({ points: new Float64Array(0), classes: new Uint8Array(MOST) });
    let past = begun(large());
    for (let i = 0; i < 40; i++) past = stroked(past, large());
    expect(past.before).toHaveLength(20);
  });
});

describe("files", () => {
  it("a table names its columns, with the class where there is more than one", () => {
    expect(csvOf(two)).toBe("x,y,class\n1,2,0\n3,4,0\n5,6,1\n");
    expect(csvOf(added(NOTHING, [0.1, -2.5e-7, 1 / 3, 0], 4))).toBe(
      "x,y\n0.1,-2.5e-7\n0.3333333333333333,0\n",
    );
  });

  it("classes keep the names of the file that is drawn on, and new ones get one that no other has", () => {
    const drawn = added(added(two, [7, 8], 1), [9, 9], 2);
    expect(csvOf(drawn, ["setosa", "iris, wild"])).toBe(
      'x,y,class\n1,2,setosa\n3,4,setosa\n5,6,3\n7,8,"iris, wild"\n9,9,2\n',
    );
    expect([0, 1, 2, 3].map((label) => className(label, ["2", "7"]))).toEqual(["2", "7", "class 2", "3"]);
  });

  it("classes are sent where each has some points", () => {
    expect(isLabelled(two)).toBe(false);
    expect(JSON.parse(jsonOf(two))).toEqual({ x: [1, 3, 5], y: [2, 4, 6] });
    const enough = added(
      two,
      Array.from({ length: 14 }, (_, i) => i),
      3,
    );
    expect(JSON.parse(jsonOf(enough)).class).toEqual([0, 0, ...Array(8).fill(1)]);
  });

  it("an NPY file is read, and another is refused by what it is", () => {
    const npy = (header: string, values: ArrayBuffer) => {
      const padded = `${header.padEnd(117, " ")}\n`;
      const bytes = new Uint8Array(10 + padded.length + values.byteLength);
      bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, padded.length, 0]);
      bytes.set(new TextEncoder().encode(padded), 10);
      bytes.set(new Uint8Array(values), 10 + padded.length);
      return bytes.buffer;
    };
    const header = (type: string, shape: string) =>
      `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }`;
    const points = readNpy(npy(header("<f8", "2, 2"), new Float64Array([1, 2, 1e-300, 4]).buffer));
    expect(points).toEqual({ shape: [2, 2], values: new Float64Array([1, 2, 1e-300, 4]) });
    const classes = readNpy(npy(header("<i8", "2,"), new BigInt64Array([3n, 0n]).buffer));
    expect(classes).toEqual({ shape: [2], values: new Float64Array([3, 0]) });
    expect(() => readNpy(npy(header("<f4", "1,"), new ArrayBuffer(4)))).toThrow("<f4");
    expect(() => readNpy(new TextEncoder().encode("x,y\n1,2\n").buffer)).toThrow("x,y");
  });
});

describe("the stage", () => {
  beforeEach(() => {
    state.take(NOTHING, PLAIN_UNITS);
    state.tool.value = "brush";
    state.radius.value = 0.5;
    state.density.value = 10;
    state.label.value = 0;
  });

  it("shows one class as data, and several with their classes", () => {
    const { arrays, units } = frameOf(added(NOTHING, [10, 100], 5), { center: [9, 90], unit: [2, 5] });
    expect([...arrays.data!.values]).toEqual([0.5, 2]);
    expect(units.unit).toEqual([2, 5]);
    expect(Object.keys(frameOf(two, PLAIN_UNITS).arrays)).toEqual(["labelled", "labels"]);
  });

  it("what was begun with nothing waits while points of a file are drawn on", () => {
    state.take(NOTHING, state.EMPTY_UNITS);
    state.press({ x: 0, y: 0 });
    state.release();
    state.take(two, PLAIN_UNITS);
    expect(state.drawn.value).toBe(two);
    state.take(NOTHING, PLAIN_UNITS);
    state.takeOwn();
    expect(state.count.value).toBe(10);
    state.undo();
    expect(state.count.value).toBe(0);
    state.takeOwn();
    state.redo();
    expect(state.count.value).toBe(10);
  });

  it("a stroke is drawn as it goes, and undone as a whole", () => {
    state.press({ x: 0, y: 0 });
    expect(state.count.value).toBe(10);
    state.move({ x: 1, y: 0 });
    expect(state.count.value).toBe(50);
    expect(state.release()).toBe(true);
    state.move({ x: 2, y: 2 });
    expect(state.count.value).toBe(50);
    state.undo();
    expect([state.count.value, state.undoable.value]).toEqual([0, false]);
  });

  it("the spray goes on while it is held, at ten dabs a second", () => {
    state.tool.value = "spray";
    state.press({ x: 0, y: 0 });
    for (let now = 0; now <= 1000; now += 20) state.hold(now);
    expect(state.count.value).toBe(110);
    state.release();
    state.hold(2000);
    expect(state.count.value).toBe(110);
  });

  it("the eraser takes away along its way, and clearing can be undone", () => {
    state.press({ x: 0, y: 0 });
    state.move({ x: 3, y: 0 });
    state.release();
    state.tool.value = "eraser";
    state.press({ x: 0, y: 0 });
    state.move({ x: 3, y: 0 });
    expect(state.release()).toBe(true);
    const left = state.count.value;
    expect(left).toBeLessThan(20);
    state.undo();
    state.clear();
    expect(state.count.value).toBe(0);
    state.undo();
    expect(state.count.value).toBe(130);
  });

  it("keys reach every place, and stop at the edge", () => {
    for (let i = 0; i < 100; i++) state.nudge(1, -1);
    expect(state.cursor.value).toEqual({ x: 4.5, y: -4.5 });
    state.press(state.cursor.value);
    state.nudge(-1, 0);
    expect(state.cursor.value).toEqual({ x: 4.25, y: -4.5 });
    state.release();
    expect(state.count.value).toBeGreaterThan(0);
  });
});

describe("a drawing as text", () => {
  it("has every digit and class again", () => {
    const many = added(
      two,
      Array.from({ length: 20_000 }, (_, i) => Math.sin(i) / 3),
      9,
    );
    for (const drawn of [NOTHING, two, many]) expect(unpacked(packed(drawn))).toEqual(drawn);
  });
});
