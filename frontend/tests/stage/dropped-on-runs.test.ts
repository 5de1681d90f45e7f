/** Dropped chains belong to the run, or the runs side by side, that they were dropped on. */
import { expect, test } from "vitest";
import { frame, stageOf } from "./stage.testing";

test("dropped chains stay while moments of their run change, and go when another run is shown", () => {
  const { stage } = stageOf();
  const at = (run: string, step: number, now: number) => {
    stage.show({ ...frame(step, 0), run });
    stage.draw(now);
  };
  at("a", 5, 0);
  stage.dropAt(1, 1, 12);
  at("a", 9, 20);
  at("a", 2, 40); // a moment of the past
  expect(stage.dropped).toBe(12);
  at("b", 2, 60);
  expect(stage.dropped).toBe(0);
  stage.dropAt(1, 1, 3);
  at("a", 9, 80);
  expect(stage.dropped).toBe(0);
});

test("chains dropped on several runs stay while the same stand side by side", () => {
  const { stage } = stageOf();
  stage.setCompany("a b");
  stage.show({ ...frame(5, 0), run: "a" });
  stage.draw(0);
  stage.dropAt(1, 1, 12);
  stage.show({ ...frame(9, 0), run: "a" });
  stage.draw(20);
  stage.setCompany("a b");
  expect(stage.dropped).toBe(12);
  stage.setCompany("a c");
  expect(stage.dropped).toBe(0);
});
