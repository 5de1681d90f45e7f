// @vitest-environment happy-dom
/** The form changes the choice, and shows at a field what is wrong with it. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it } from "vitest";
import { numberIn } from "../src/form/Row";
import type { Catalogue } from "../src/protocol/wire";
import { catalogue, draft, faults, history } from "../src/state";
import { Settings } from "../src/views/Settings";
import { empty } from "./catalogue.testing";

const method = {
  type: "object",
  properties: {
    kind: { const: "persistent" },
    step_size: {
      type: "number",
      title: "Step size",
      symbol: "η",
      exclusiveMinimum: 0,
      maximum: 1,
      live: true,
      log: true,
      default: 0.1,
    },
    start: { type: "string", enum: ["data", "noise"], title: "Restart from", live: true, default: "data" },
    chains: { type: "integer", title: "Chains", minimum: 2, maximum: 512, default: 64 },
    clip: { type: "number", title: "Clip", advanced: true, default: 1 },
  },
};
const box = document.createElement("div");
const field = (label: string) =>
  [...box.querySelectorAll<HTMLElement>(".field")].find((row) => row.textContent?.includes(label))!;
const type = (label: string, text: string) =>
  act(() => {
    const input = field(label).querySelector<HTMLInputElement>(".value")!;
    input.value = text;
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  });

beforeEach(async () => {
  history.value = null;
  faults.value = {};
  catalogue.value = {
    ...empty,
    methods: [
      {
        kind: "persistent",
        title: "Persistent CD",
        summary: "",
        schema: method,
        family: "mcmc",
        equation: "",
        source: "",
        stage_note: "",
        image_note: "",
        series: {},
      },
    ],
  } satisfies Catalogue;
  draft.value = {
    dataset: { kind: "moons" },
    method: { kind: "persistent", step_size: 0.1, start: "data", chains: 64, clip: 1 },
    energy: { kind: "mlp" },
    optimization: {},
    seed: 0,
    seconds: 30,
    updates: null,
    device: "cpu",
  };
  document.body.append(box);
  await act(() => render(<Settings />, box));
});
afterEach(() => render(null, box));

it("shows live settings first, with their dot, and folds the advanced ones", () => {
  const labels = [...box.querySelectorAll("label")].map((label) => label.textContent?.trim());
  expect(labels.slice(0, 2)).toEqual(["Step size η", "Restart from"]);
  expect(field("Step size").querySelector(".live-dot")).not.toBeNull();
  expect(field("Chains").querySelector(".live-dot")).toBeNull();
  expect(field("Clip").closest("details")).not.toBeNull();
});

it("takes a number that is typed", async () => {
  await type("Step size", "0.25");
  expect(draft.value?.method.step_size).toBe(0.25);
  expect(faults.value).toEqual({});
});

it("says at the field what is allowed, and links the two for screen readers", async () => {
  await type("Chains", "1");
  const row = field("Chains");
  expect(row.textContent).toContain("Allowed is ≥ 2 and ≤ 512.");
  expect(row.querySelector(".value")?.getAttribute("aria-describedby")).toBe(
    row.querySelector("[role=alert]")?.id,
  );
  await type("Chains", "32");
  expect(field("Chains").querySelector("[role=alert]")).toBeNull();
});

it("takes a choice from a list", async () => {
  const select = field("Restart from").querySelector("select")!;
  await act(() => {
    select.value = "noise";
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });
  expect(draft.value?.method.start).toBe("noise");
});

it("takes a slider's position", async () => {
  const slider = field("Step size").querySelector<HTMLInputElement>("input[type=range]")!;
  await act(() => {
    slider.value = "1000";
    slider.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  expect(draft.value?.method.step_size).toBe(1);
});

it("a length in updates takes the place of one in seconds", async () => {
  await type("Updates", "500");
  expect([draft.value?.seconds, draft.value?.updates]).toEqual([null, 500]);
});

it("reads numbers as people type them", () => {
  expect(["1,200", "0,5", "−3", "1e-4", "", "abc"].map(numberIn)).toEqual([1200, 0.5, -3, 1e-4, null, "abc"]);
  expect(["0,001", "-0,125", "12,345.5", "1,234,567", "1,2345", "1,2,3"].map(numberIn)).toEqual([
    0.001,
    -0.125,
    12345.5,
    1234567,
    1.2345,
    "1,2,3",
  ]);
});
