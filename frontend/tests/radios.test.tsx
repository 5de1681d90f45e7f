// @vitest-environment happy-dom
/** Groups of choices by keys. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, it } from "vitest";
import { chooseByArrows, radio } from "../src/form/radios";

const box = document.createElement("div");
document.body.append(box);

let chosen = "";
function Group() {
  return (
    <div role="radiogroup" onKeyDown={chooseByArrows}>
      {["a", "b", "c"].map((name, i) => (
        <button
          key={name}
          {...radio(name === chosen, chosen === "" && i === 0)}
          onClick={() => {
            chosen = name;
          }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
const draw = (start: string) =>
  act(() => {
    chosen = start;
    render(<Group />, box);
  });
const buttons = () => [...box.querySelectorAll("button")];
const press = (key: string) => {
  document.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  return document.activeElement!.textContent;
};

afterEach(() => render(null, box));

it("are one stop: the chosen one, or the first where none is", async () => {
  await draw("b");
  expect(buttons().map(({ tabIndex }) => tabIndex)).toEqual([-1, 0, -1]);
  await draw("");
  expect(buttons().map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1]);
});

it("move the focus and the choice, around the ends too", async () => {
  await draw("b");
  buttons()[1]!.focus();
  expect(press("ArrowDown")).toBe("c");
  expect(chosen).toBe("c");
  expect(press("ArrowRight")).toBe("a");
  expect(press("ArrowUp")).toBe("c");
  expect(press("Home")).toBe("a");
  expect(press("End")).toBe("c");
  expect(press("x")).toBe("c");
});
