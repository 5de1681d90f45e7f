// @vitest-environment happy-dom
/** What stands on the page explains itself by focus, tap and hover, in one place. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { COMPARE } from "../src/compare/terms";
import { Explanation } from "../src/views/Explanation";
import { place } from "../src/views/placing";
import { cited, explains, ofPlugIn } from "../src/words/explaining";
import { ELSEWHERE, entryOf, GLOSSARY } from "../src/words/glossary";
import { explanationOf } from "../src/words/quality";
import { Term } from "../src/words/Term";
import { DRAWING, LAB, LAYER_TERMS, MARK_TERMS, MODE_TERMS, SAMPLING } from "../src/words/terms";

const box = document.createElement("div");
const one = (selector: string) => box.querySelector<HTMLElement>(selector)!;
const told = () => (one(".explanation").hidden ? null : one("#explanation").textContent);
/** Each is a pixel farther than the one before, unless it is said where. */
let clientX = 0;
const pointer = (type: string, target: Element, pointerType = "mouse", at = ++clientX) =>
  act(() => void target.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerType, clientX: at })));
const tap = async (target: HTMLElement) => {
  await pointer("pointerdown", target, "touch");
  await act(() => target.click());
};
const key = (target: Element, name: string) =>
  act(
    () =>
      void target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true })),
  );
const focus = (target: HTMLElement) =>
  act(() => {
    const plain = target.matches.bind(target);
    Object.assign(target, { matches: (what: string) => what === ":focus-visible" || plain(what) });
    target.focus();
  });

beforeEach(async () => {
  document.body.append(box);
  const page = (
    <>
      <Term explanation={GLOSSARY_OF_KL}>KL</Term>
      <div class="field">
        <label for="field" {...explains({ name: "Rate", text: "How fast." })}>
          rate
        </label>
        <input id="field" aria-describedby="fault" />
        <input type="range" />
      </div>
      <button type="button" class="act" {...explains({ name: "Reset", text: "Begins anew." })}>
        reset
      </button>
      <p>nothing</p>
      <Explanation />
    </>
  );
  await act(() => render(page, box));
});
afterEach(() => {
  render(null, box);
  vi.useRealTimers();
});
const GLOSSARY_OF_KL = explanationOf("kl");

it("a word tells its meaning, what is good and its paper when it gets the focus, and is described by that", async () => {
  expect(told()).toBeNull();
  await focus(one(".term"));
  expect(told()).toContain("How far the learned density is from the true one");
  expect(told()).toContain("0 is equal.");
  expect(one("#explanation a").getAttribute("href")).toBe("https://doi.org/10.1214/aoms/1177729694");
  expect(one(".term").getAttribute("aria-describedby")).toBe("explanation");
  expect(one(".term").getAttribute("aria-expanded")).toBe("true");
  expect(document.activeElement).toBe(one(".term"));
  await act(() => one(".term").blur());
  expect(told()).toBeNull();
  expect(one(".term").hasAttribute("aria-describedby")).toBe(false);
});

it("a tap opens it and a second one, a press elsewhere or Escape closes it", async () => {
  await tap(one(".term"));
  expect(told()).toContain("KL");
  await tap(one(".term"));
  expect(told()).toBeNull();
  await tap(one(".term"));
  await pointer("pointerdown", one("p"), "touch");
  expect(told()).toBeNull();
  await tap(one(".term"));
  await key(document.body, "Escape");
  expect(told()).toBeNull();
});

it("a pointer that rests opens it, and may go over to it", async () => {
  vi.useFakeTimers();
  await pointer("pointerover", one(".term"));
  expect(told()).toBeNull();
  await act(() => void vi.advanceTimersByTime(400));
  expect(told()).toContain("KL");
  await pointer("pointerover", one("p"));
  await pointer("pointerover", one("#explanation"));
  await act(() => void vi.advanceTimersByTime(400));
  expect(told()).toContain("KL");
  await pointer("pointerover", one("p"));
  await act(() => void vi.advanceTimersByTime(400));
  expect(told()).toBeNull();
});

it("what comes under a pointer that rests is told once the pointer moves", async () => {
  vi.useFakeTimers();
  await pointer("pointermove", one("p"));
  await pointer("pointerover", one(".term"), "mouse", clientX);
  await act(() => void vi.advanceTimersByTime(400));
  expect(told()).toBeNull();
  await pointer("pointermove", one(".term"));
  await act(() => void vi.advanceTimersByTime(400));
  expect(told()).toContain("KL");
});

it("a field and its slider are explained by their name, beside what describes it already, and goes when something is typed", async () => {
  const field = one("#field");
  await focus(field);
  expect(told()).toContain("How fast.");
  expect(field.getAttribute("aria-describedby")).toBe("fault explanation");
  await act(() => void field.dispatchEvent(new InputEvent("input", { bubbles: true })));
  expect(told()).toBeNull();
  expect(field.getAttribute("aria-describedby")).toBe("fault");
  await focus(one("[type=range]"));
  expect(told()).toContain("How fast.");
  expect(one("[type=range]").getAttribute("aria-describedby")).toBe("explanation");
});

it("a press with the mouse on a button that does something is not answered by words in the way", async () => {
  vi.useFakeTimers();
  await pointer("pointerover", one(".act"));
  await act(() => void vi.advanceTimersByTime(400));
  expect(told()).toContain("Begins anew.");
  await pointer("pointerdown", one(".act"));
  await act(() => one(".act").click());
  expect(told()).toBeNull();
  await tap(one(".act"));
  expect(told()).toContain("Begins anew.");
});

it("the paper of a pressed word is next for the tab key, and what follows comes after it", async () => {
  await focus(one(".term"));
  await key(one(".term"), "Tab");
  expect(document.activeElement).toBe(one(".term"));
  await act(() => one(".term").click());
  await key(one(".term"), "Tab");
  expect(document.activeElement).toBe(one("#explanation a"));
  expect(told()).toContain("KL");
  await key(one("#explanation a"), "Tab");
  expect(document.activeElement).toBe(one(".term"));
});

it.each(["above", "right", "below", "corner"])(
  "it is wholly in the window and not over its word: %s",
  (where) => {
    const room = { left: 0, top: 0, right: 390, bottom: 740 };
    const [left, top] = { above: [10, 10], right: [350, 300], below: [10, 700], corner: [360, 700] }[where]!;
    const anchor = { left: left!, top: top!, right: left! + 30, bottom: top! + 24 };
    for (const beside of [true, false]) {
      const at = place(anchor, 300, 150, room, beside);
      expect(at.left).toBeGreaterThanOrEqual(0);
      expect(at.left + 300).toBeLessThanOrEqual(390);
      expect(at.top).toBeGreaterThanOrEqual(0);
      expect(at.top + 150).toBeLessThanOrEqual(740);
      const apart =
        at.left >= anchor.right ||
        at.left + 300 <= anchor.left ||
        at.top >= anchor.bottom ||
        at.top + 150 <= anchor.top;
      expect(apart).toBe(true);
    }
  },
);

it("a source is its words and its address", () => {
  expect(cited("Vincent 2011, https://doi.org/10.1162/NECO_a_00142")).toEqual({
    words: "Vincent 2011",
    address: "https://doi.org/10.1162/NECO_a_00142",
  });
  expect(cited("Neal (2001), https://doi.org/10.1023/A:1008923215028; in reverse: others").address).toBe(
    "https://doi.org/10.1023/A:1008923215028",
  );
  expect(cited("Appendix A.")).toEqual({ words: "Appendix A.", address: null });
});

it("a plug-in explains itself in the catalogue's words: its summary, and the source of its description", () => {
  const description =
    "Moves.\n\nSource:\n    Metropolis et al. (1953),\n    https://doi.org/10.1063/1.1699114";
  expect(ofPlugIn({ title: "Walk", summary: "It walks.", schema: { description } })).toEqual({
    name: "Walk",
    text: "It walks.",
    source: "Metropolis et al. (1953), https://doi.org/10.1063/1.1699114",
  });
  expect(ofPlugIn({ title: "Mine", summary: "Own.", source: "Me 2026" }).source).toBe("Me 2026");
});

it("every metric says what it tells and what is good, also beside another", () => {
  for (const entry of [...Object.values(GLOSSARY), ...Object.values(ELSEWHERE)]) {
    expect(entry.explanation.length).toBeGreaterThan(20);
    expect(entry.good.length).toBeGreaterThan(10);
  }
  expect(entryOf("frechet_floor")).toBe(GLOSSARY.frechet);
  expect(entryOf("softmax_accuracy")).toBe(GLOSSARY.accuracy);
  expect(explanationOf("own_figure")).toEqual({ name: "own figure", text: "A figure of the method's own." });
});

it("every address in the glossaries is one of a paper", () => {
  const shelves = [GLOSSARY, ELSEWHERE, LAB, DRAWING, SAMPLING, COMPARE, LAYER_TERMS, MODE_TERMS];
  const marks = Object.values(MARK_TERMS).map(({ explanation }) => explanation);
  for (const { source } of [...shelves.flatMap((shelf) => Object.values(shelf)), ...marks] as {
    source?: string;
  }[]) {
    if (source) expect(cited(source).address).toMatch(/^https:\/\/(doi\.org|arxiv\.org|jmlr\.org)\//);
  }
});

it("nothing on the page explains itself in a title that touch and keys never reach", () => {
  const sources = import.meta.glob("../src/**/*.tsx", { query: "?raw", import: "default", eager: true });
  const guilty = Object.entries(sources).filter(([, text]) => /\s(title)=[{"]/.test(text as string));
  expect(guilty.map(([path]) => path)).toEqual([]);
});
