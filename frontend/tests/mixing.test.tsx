// @vitest-environment happy-dom
/** The samplers' figures are those of the choice as it stands, or there are none. */
import { encode } from "@msgpack/msgpack";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Catalogue } from "../src/protocol/wire";
import { Mixing } from "../src/samplers/Mixing";
import { change, chooseSampler } from "../src/samplers/state";
import { catalogue, tab } from "../src/state";
import { empty } from "./catalogue.testing";

vi.mock("../src/charts/Plot", () => ({ PlotOf: () => null }));

const plugIn = (kind: string) => ({
  ...{ kind, title: kind, summary: "" },
  schema: {
    type: "object",
    properties: { kind: { const: kind }, target_acceptance: { type: "number", default: 0.6 } },
  },
});
const known = {
  ...empty,
  formulas: [plugIn("ring")],
  samplers: [plugIn("mala"), plugIn("walk")],
} as unknown as Catalogue;
const floats = (shape: number[], values: number[]) => ({
  ...{ dtype: "f4", shape, data: new Uint8Array(Float32Array.from(values).buffer) },
});
const outcome = {
  landscape: {
    ...floats([1, 1], [0]),
    lo: 0,
    hi: 0,
    window: [
      [-1, 1],
      [-1, 1],
    ],
  },
  draws: floats([2, 1, 2], [0, 0, 1, 1]),
  autocorrelation: floats([2, 1], [1, 1]),
  ...{ thinning: 5, warm_up: 5, acceptance: 0.625, step_size: 0.1, temperature: 1, ess: 77, r_hat: 1.001 },
  ...{ seconds: 1, gradient_evaluations: 770 },
};
const box = document.createElement("div");
const text = () => box.textContent!.replace(/\s+/g, " ");
let answers: ((answer: Response) => void)[] = [];
const answer = (response: Response) =>
  act(async () => {
    answers.splice(0).forEach((settle) => {
      settle(response);
    });
    await vi.advanceTimersByTimeAsync(0);
  });
const later = () => act(async () => void (await vi.advanceTimersByTimeAsync(300)));

beforeEach(async () => {
  vi.useFakeTimers();
  answers = [];
  vi.stubGlobal("fetch", () => new Promise<Response>((settle) => answers.push(settle)));
  catalogue.value = known;
  tab.value = "samplers";
  await act(() => render(<Mixing />, box));
});
afterEach(() => {
  render(null, box);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("none stand under the name of a sampler that is computing, or is refused", async () => {
  expect(text()).toContain("being sampled");
  await answer(new Response(encode(outcome)));
  expect(text()).toContain("77");
  expect(text()).toContain("62.5 %");

  await act(() => chooseSampler("walk"));
  expect(text()).not.toContain("77");
  expect(text()).not.toContain("62.5 %");
  expect(text()).toContain("being sampled");
  await later();
  await answer(Response.json({ detail: "too wild" }, { status: 400 }));
  expect(text()).not.toContain("77");
  expect(text()).toContain("not sampled");

  await act(() => chooseSampler("mala"));
  await later();
  await answer(new Response(encode({ ...outcome, ess: 88 })));
  expect(text()).toContain("88");
  await act(() => change("chains", 9000));
  expect(text()).not.toContain("88");
  expect(text()).toContain("not sampled");
});
