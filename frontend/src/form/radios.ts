/** A group of buttons of which one is chosen: one stop of the keyboard, arrows inside. */

/** What makes a button a radio; `entry` says whether it is the stop of a group of which none is chosen. */
export function radio(chosen: boolean, entry = false) {
  return {
    type: "button",
    role: "radio",
    "aria-checked": chosen,
    tabIndex: chosen || entry ? 0 : -1,
  } as const;
}

const WAYS: Record<string, (at: number, last: number) => number> = {
  ArrowRight: (at, last) => (at === last ? 0 : at + 1),
  ArrowDown: (at, last) => (at === last ? 0 : at + 1),
  ArrowLeft: (at, last) => (at === 0 ? last : at - 1),
  ArrowUp: (at, last) => (at === 0 ? last : at - 1),
  Home: () => 0,
  End: (_, last) => last,
};

/** Moves focus and choice to another radio of the group that the key was pressed in. */
export function chooseByArrows(event: KeyboardEvent): void {
  const way = WAYS[event.key];
  const group = event.currentTarget as HTMLElement;
  const radios = [...group.querySelectorAll<HTMLButtonElement>("[role=radio]:not(:disabled)")];
  const at = radios.indexOf(document.activeElement as HTMLButtonElement);
  if (way === undefined || at < 0) return;
  event.preventDefault();
  event.stopPropagation();
  const next = radios[way(at, radios.length - 1)]!;
  next.focus();
  if (!next.hasAttribute("data-asks")) next.click();
}

/** Scrolls a group that is one long row until its choice is seen; the page around it stays. */
export function showChosen(group: HTMLElement | null): void {
  const chosen = group?.querySelector<HTMLElement>("[aria-checked=true]");
  if (!group || !chosen || group.scrollWidth <= group.clientWidth) return;
  const [outer, inner] = [group.getBoundingClientRect(), chosen.getBoundingClientRect()];
  group.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
}
