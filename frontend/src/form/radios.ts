/** Arrow keys in a group of buttons of which one is chosen. */

/** Moves focus and choice to the next or previous radio of the group that the key was pressed in. */
export function chooseByArrows(event: KeyboardEvent): void {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const group = event.currentTarget as HTMLElement;
  const radios = [...group.querySelectorAll<HTMLButtonElement>("[role=radio]:not(:disabled)")];
  const at = radios.indexOf(document.activeElement as HTMLButtonElement);
  if (by === undefined || at < 0) return;
  event.preventDefault();
  event.stopPropagation();
  const next = radios[(at + by + radios.length) % radios.length]!;
  next.focus();
  if (!next.hasAttribute("data-asks")) next.click();
}
