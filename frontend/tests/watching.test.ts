/** What the socket is asked of a run that several parts of the page look at. */
import { beforeEach, expect, it } from "vitest";
import { Watching } from "../src/run/watching";

let asked: unknown[][];
let watching: Watching;

beforeEach(() => {
  asked = [];
  watching = new Watching({
    watch: (...what) => asked.push(["watch", ...what]),
    unwatch: (run) => asked.push(["unwatch", run]),
  });
});

it("asks the most that anybody wants, and less again when that one has gone", () => {
  watching.want("lab", "a", { framesPerSecond: 15, landscapes: false });
  watching.want("compare", "a", { framesPerSecond: 5, landscapes: true });
  watching.want("lab", "a", null);
  watching.want("compare", "a", null);
  expect(asked).toEqual([
    ["watch", "a", 15, false],
    ["watch", "a", 15, true],
    ["watch", "a", 5, true],
    ["unwatch", "a"],
  ]);
});

it("asks for no landscapes where no frames are wanted", () => {
  watching.want("compare", "a", { framesPerSecond: 0, landscapes: true });
  expect(asked).toEqual([["watch", "a", 0, false]]);
});

it("says nothing for who wanted nothing", () => {
  watching.want("lab", "a", null);
  expect(asked).toEqual([]);
});
