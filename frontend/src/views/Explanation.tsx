/** The one place of explanations: beside whatever has the focus, was tapped or is under the pointer. */
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { cited, explainerAt, explanationAt } from "../words/explaining";
import { placed } from "./placing";

/** Milliseconds that a pointer rests before it is told something, and that it has to reach what is told. */
const REST = 350;
const GRACE = 200;
/** What describes an element; without the name of the whole, which would be read instead. */
const ID = "explanation";

interface Open {
  anchor: Element;
  /** What readers of the screen are told it of: the anchor itself, or the field of a label. */
  control: Element;
  /** One that was pressed stays until it is dismissed. */
  by: "hover" | "focus" | "press";
}

const open = signal<Open | null>(null);

export function Explanation() {
  const box = useRef<HTMLElement>(null);
  useEffect(() => listenTo(box), []);
  const now = open.value;
  const told = now && explanationAt(now.anchor);
  useLayoutEffect(() => {
    const element = box.current;
    if (!now || !element) return undefined;
    const settle = () => {
      const { left, top } = placed(now.anchor, element);
      element.style.left = `${left}px`;
      element.style.top = `${top}px`;
    };
    // what is explained may move or grow meanwhile: a chosen card by its equation, figures by their text
    let next = 0;
    const follow = () => {
      settle();
      next = requestAnimationFrame(follow);
    };
    follow();
    return () => cancelAnimationFrame(next);
  }, [now]);
  return (
    <aside ref={box} class="explanation small" aria-label="Explanation" hidden={!told}>
      <div id={ID}>
        {told && (
          <>
            <p class="explanation-name">{told.name}</p>
            <p>{told.text}</p>
            {told.good && <p class="muted">{told.good}</p>}
          </>
        )}
        {told?.source && <Paper source={told.source} />}
      </div>
    </aside>
  );
}

function Paper({ source }: { source: string }) {
  const { words, address } = cited(source);
  if (!address) return <p class="muted">{words}</p>;
  return (
    <p class="muted">
      <a class="link" href={address} target="_blank" rel="noreferrer">
        {words}
      </a>
    </p>
  );
}

function show(anchor: Element, by: Open["by"], control = controlOf(anchor)): void {
  hide();
  if (!explanationAt(anchor)) return;
  describe(control, true);
  open.value = { anchor, control, by };
}

function hide(): void {
  if (open.value) describe(open.value.control, false);
  open.value = null;
}

/** Tells readers of the screen that the element is described now, beside what describes it always. */
function describe(element: Element, on: boolean): void {
  const others = (element.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== ID);
  const all = on ? [...others, ID] : others;
  if (all.length > 0) element.setAttribute("aria-describedby", all.join(" "));
  else element.removeAttribute("aria-describedby");
  if (element.hasAttribute("aria-expanded")) element.setAttribute("aria-expanded", String(on));
}

/** What has the focus where an element explains: itself, or the field of a label. */
function controlOf(anchor: Element): Element {
  return (anchor instanceof HTMLLabelElement && anchor.control) || anchor;
}

/** The element that explains what has the focus: itself, or the name of its field. */
function explainerOf(target: Element): Element | null {
  return explainerAt(target) ?? target.closest(".field")?.querySelector("label[data-explains]") ?? null;
}

function listenTo(box: { current: HTMLElement | null }): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let touched = false;
  /** What was pressed under the pointer that is still there: whoever uses it knows it. */
  let used: Element | null = null;
  /** Where the pointer is: what moves under one that rests is not pointed at. */
  let at: [number, number] | null = null;
  /** Something has come under it since it moved last. */
  let missed = false;
  const rests = ({ clientX, clientY }: PointerEvent) => at?.[0] === clientX && at[1] === clientY;
  const inside = (target: EventTarget | null) => target instanceof Node && !!box.current?.contains(target);
  const soon = (act: () => void, wait: number) => {
    clearTimeout(timer);
    timer = setTimeout(act, wait);
  };
  const over = (event: PointerEvent) => {
    missed = false;
    if (event.pointerType === "touch" || open.value?.by === "press") return;
    if (inside(event.target)) return clearTimeout(timer);
    const anchor = explainerAt(event.target);
    if (anchor !== used) used = null;
    if (anchor && (anchor === open.value?.anchor || anchor === used)) clearTimeout(timer);
    else if (anchor) soon(() => show(anchor, "hover"), REST);
    else if (open.value?.by === "hover") soon(hide, GRACE);
    else clearTimeout(timer);
  };
  const events: { [Name in keyof DocumentEventMap]?: (event: DocumentEventMap[Name]) => void } = {
    pointermove: (event) => {
      const late = missed && !rests(event);
      at = [event.clientX, event.clientY];
      if (late) over(event);
    },
    pointerover: (event) => {
      missed = rests(event);
      at = [event.clientX, event.clientY];
      if (!missed) over(event);
    },
    pointerdown: (event) => {
      clearTimeout(timer);
      touched = event.pointerType === "touch";
      if (inside(event.target)) return;
      const anchor = explainerAt(event.target);
      used = pinsOpen(anchor) ? null : anchor;
      if (anchor !== open.value?.anchor || !pinsOpen(anchor)) hide();
    },
    click: (event) => {
      const anchor = explainerAt(event.target);
      if (!anchor || !(pinsOpen(anchor) || touched)) return;
      if (anchor instanceof HTMLLabelElement) event.preventDefault();
      const pinned = open.value?.anchor === anchor && open.value.by === "press";
      if (pinned) hide();
      else show(anchor, "press");
    },
    focusin: (event) => {
      if (inside(event.target) || touched) return;
      const target = event.target as Element;
      const anchor = explainerOf(target);
      if (anchor && target.matches(":focus-visible")) show(anchor, "focus", target);
    },
    focusout: (event) => {
      if (open.value?.by === "focus" && !inside(event.relatedTarget)) hide();
    },
    input: () => hide(),
    keydown: (event) => {
      touched = false;
      const now = open.value;
      if (!now) return;
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopImmediatePropagation();
        if (inside(document.activeElement)) (now.control as HTMLElement).focus();
        hide();
      }
      const entered = now.by === "press" || !pinsOpen(now.anchor) || inside(document.activeElement);
      if (event.key === "Tab" && entered)
        viaLink(event, now.control as HTMLElement, box.current?.querySelector("a") ?? null);
    },
    scroll: () => {
      if (open.value) open.value = open.value.anchor.isConnected ? { ...open.value } : null;
    },
  };
  const names = Object.keys(events) as (keyof DocumentEventMap)[];
  for (const name of names) document.addEventListener(name, events[name] as EventListener, true);
  return () => {
    clearTimeout(timer);
    hide();
    for (const name of names) document.removeEventListener(name, events[name] as EventListener, true);
  };
}

/** Whether a press on it has no other use. */
function pinsOpen(anchor: Element | null): boolean {
  return anchor?.classList.contains("term") ?? false;
}

/** The link of the paper comes after what it explains, in the order of the tab key; after a word, once it is pressed. */
function viaLink(event: KeyboardEvent, control: HTMLElement, link: HTMLElement | null): void {
  const on = document.activeElement;
  if (!link) return;
  if (on === control && !event.shiftKey) {
    event.preventDefault();
    link.focus();
  } else if (on === link) {
    control.focus();
    if (event.shiftKey) event.preventDefault();
  }
}
