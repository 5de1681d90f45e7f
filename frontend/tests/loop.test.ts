/** One loop draws all: what is due, what is seen, within the time of a frame. */
import { expect, it } from "vitest";
import { BUDGET, Loop } from "../src/run/loop";

/** A loop whose frames and clock the test turns. */
function turned() {
  let callback: ((now: number) => void) | null = null;
  let clock = 0;
  const loop = new Loop(
    (next) => {
      callback = next;
      return 1;
    },
    () => clock,
  );
  return {
    loop,
    frame: (now: number) => callback?.(now),
    spend: (milliseconds: number) => {
      clock += milliseconds;
    },
    asked: () => callback !== null,
  };
}

it("asks for no frame while nobody draws", () => {
  expect(turned().asked()).toBe(false);
});

it("draws in every frame, or as often as wanted", () => {
  const { loop, frame } = turned();
  const drawn = { always: 0, seldom: 0 };
  loop.add({ every: 0, draw: () => drawn.always++ });
  loop.add({ every: 100, draw: () => drawn.seldom++ });
  for (let now = 0; now < 200; now += 16) frame(now);
  expect(drawn).toEqual({ always: 13, seldom: 2 });
});

it("leaves out what is not seen, until it is", () => {
  const { loop, frame } = turned();
  let [seen, drawn] = [false, 0];
  loop.add({ every: 100, draw: () => drawn++, visible: () => seen });
  frame(0);
  seen = true;
  frame(16);
  expect(drawn).toBe(1);
});

it("puts off charts once the time of the frame is used up; the one that waited longest comes first", () => {
  const { loop, frame, spend } = turned();
  const drawn: string[] = [];
  for (const name of ["a", "b", "c"]) {
    loop.add({
      every: 100,
      draw: () => {
        drawn.push(name);
        spend(BUDGET + 1);
      },
    });
  }
  for (let now = 0; now < 48; now += 16) frame(now);
  expect(drawn.sort()).toEqual(["a", "b", "c"]);
});

it("lets nobody wait for ever, whatever is drawn in every frame takes", () => {
  const { loop, frame, spend } = turned();
  const drawn: string[] = [];
  loop.add({ every: 0, draw: () => spend(2 * BUDGET) });
  for (const name of ["a", "b"]) loop.add({ every: 100, draw: () => drawn.push(name) });
  for (let now = 0; now < 48; now += 16) frame(now);
  expect(drawn.sort()).toEqual(["a", "b"]);
});

it("stops drawing what was taken out", () => {
  const { loop, frame } = turned();
  let drawn = 0;
  const remove = loop.add({ every: 0, draw: () => drawn++ });
  frame(0);
  remove();
  frame(16);
  expect(drawn).toBe(1);
});
