// @vitest-environment happy-dom
/** The scrubber: its marks open with a press, and a drag may begin on one. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Run, RunEvent } from "../src/protocol/wire";
import { openHistory } from "../src/run/history";
import { marksOf } from "../src/run/marks";
import { load } from "../src/run/replay";
import { history, moment } from "../src/state";
import { changeText, MarkButton } from "../src/views/Marks";
import { Timeline } from "../src/views/Timeline";
import { explanationAt } from "../src/words/explaining";
import { duration } from "../src/words/format";
import { frameWith } from "./frames.testing";

const box = document.createElement("div");
const keyframes = [0, 250, 500, 750].map((step) => ({ step, seconds: step }));
const config = { method: {}, dataset: {}, energy: {}, optimization: {} };
const run = { id: "a", state: "finished", step: 1000, horizon: 1000, seconds: 1, metrics: {}, config };
const change = (step: number, value: number, previous: number): RunEvent => ({
  ...{ seq: step, step, kind: "change", path: "rate", value, previous, text: null },
});
const row = { seq: 1, step: 900, seconds: 1 };
const point = (type: string, target: Element, clientX: number) =>
  act(() => {
    target.dispatchEvent(new PointerEvent(type, { bubbles: true, clientX, buttons: 1, pointerId: 1 }));
  });
const mark = () => box.querySelector(".mark-number")!;

beforeEach(async () => {
  vi.stubGlobal("fetch", async () => Response.json(keyframes));
  document.body.append(box);
  const frame = (step: number) => frameWith({ step });
  load({ keyframes, ready: frame, frame: async (step) => frame(step) });
  history.value = {
    ...openHistory(run as unknown as Run, "server"),
    keyframes,
    events: [change(500, 2, 1)],
  };
  await act(() => render(<Timeline />, box));
  box.querySelector(".track")!.getBoundingClientRect = () => ({ left: 0, width: 100 }) as DOMRect;
  const held = new Set<number>();
  const slider = box.querySelector("[role=slider]")! as HTMLElement;
  slider.setPointerCapture = (id) => void held.add(id);
  slider.hasPointerCapture = (id) => held.has(id);
});
afterEach(() => {
  render(null, box);
  history.value = null;
  vi.unstubAllGlobals();
});

it("a drag that begins on a mark moves the moment", async () => {
  await point("pointerdown", mark(), 50);
  expect(moment.value).toBeNull();
  await point("pointermove", mark(), 52);
  expect(moment.value).toBeNull();
  await point("pointermove", mark(), 30);
  expect(moment.value).toBe(250);
});

it("a press on a mark opens it, and the moment stays", async () => {
  await point("pointerdown", mark(), 50);
  await point("pointerup", mark(), 50);
  await act(() => (mark() as HTMLElement).click());
  expect([mark().getAttribute("aria-expanded"), moment.value]).toEqual(["true", null]);
});

it("a press on a mark offers to go there", async () => {
  await act(() => (mark() as HTMLElement).click());
  const go = [...box.querySelectorAll<HTMLElement>(".mark button")].find(
    (one) => one.textContent === "Go there",
  )!;
  await act(() => go.click());
  expect(moment.value).toBe(500);
  await act(() => void mark().dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })));
  expect(mark().getAttribute("aria-expanded")).toBe("false");
  expect(document.activeElement).toBe(mark());
});

it("a mark on a chart opens there, and the tab key comes to that of the time line alone", async () => {
  const shown = marksOf(history.value!.events)[0]!;
  await act(() =>
    render(
      <>
        <MarkButton mark={shown} at={0.5} where="time" />
        <MarkButton mark={shown} at={0.5} where="Loss" />
      </>,
      box,
    ),
  );
  const [time, chart] = [...box.querySelectorAll<HTMLElement>(".mark-number")];
  await act(() => chart!.click());
  expect([time, chart].map((one) => one!.getAttribute("aria-expanded"))).toEqual(["false", "true"]);
  expect([time, chart].map((one) => one!.tabIndex)).toEqual([0, -1]);
  await act(() => chart!.click());
});

it("what was taken back stays one mark, and says so", async () => {
  await act(() => {
    history.value = { ...history.value!, events: [change(500, 2, 1), change(900, 1, 2)] };
  });
  expect(box.querySelectorAll(".mark")).toHaveLength(1);
  expect(mark().getAttribute("aria-label")).toContain("at update 500, taken back at update 900");
});

it("every mark on the time line explains itself", async () => {
  await act(() => {
    history.value = { ...history.value!, rows: [{ ...row, values: { kl: 1, kept_update: 250 } }] };
  });
  const told = [...box.querySelectorAll(".track [data-explains]")].map((one) => explanationAt(one)?.name);
  expect(told).toEqual(["Kept", "Change 1"]);
  await point("pointerdown", box.querySelector(".track-kept")!, 25);
  expect(moment.value).toBeNull();
});

it("values that differ are never written alike", () => {
  expect(changeText({ path: "a.rate", previous: 0.00271, value: 0.00274 })).not.toMatch(/(\S+) → \1$/);
});

it("the time that is told is that of the moment on the stage", async () => {
  expect(box.querySelector(".pace")!.textContent).toBe(`${duration(1)} trained`);
  await point("pointerdown", mark(), 50);
  await point("pointermove", mark(), 30);
  expect(box.querySelector(".pace")!.textContent).toBe(`${duration(250)} trained`);
});
