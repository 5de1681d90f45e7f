/** Where an explanation stands: wholly in the window, and not over what it explains. */

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const GAP = 8;

/** The upper left corner of something so wide and high, beside or else below or above an anchor. */
export function place(anchor: Box, width: number, height: number, room: Box, beside: boolean) {
  const within = (at: number, low: number, high: number) => Math.max(low, Math.min(at, high));
  const top = within(anchor.top, room.top + GAP, room.bottom - GAP - height);
  const left = within(anchor.left, room.left + GAP, room.right - GAP - width);
  const sides = [
    { left: anchor.right + GAP, top },
    { left: anchor.left - GAP - width, top },
  ];
  const ends = [
    { left, top: anchor.bottom + GAP },
    { left, top: anchor.top - GAP - height },
  ];
  const fits = (at: { left: number; top: number }) =>
    at.left >= room.left + GAP &&
    at.top >= room.top + GAP &&
    at.left + width <= room.right - GAP &&
    at.top + height <= room.bottom - GAP;
  const order = beside ? [...sides, ...ends] : [...ends, ...sides];
  return order.find(fits) ?? { left, top };
}

/** The same for elements of the page, whose bar at the bottom of a narrow window is no room. */
export function placed(anchor: Element, box: HTMLElement): { left: number; top: number } {
  const column = anchor.closest(".question, .evidence");
  const around = anchor.getBoundingClientRect();
  const bar = document.querySelector(".transport");
  const docked = bar && !bar.contains(anchor) && getComputedStyle(bar).position === "fixed";
  const tells = bar?.querySelector(".pressing") ?? bar;
  const bottom = docked && tells ? tells.getBoundingClientRect().top : innerHeight;
  const room = { left: 0, top: 0, right: document.documentElement.clientWidth, bottom };
  const { width, height } = box.getBoundingClientRect();
  // on a phone the column is no box of its own
  const across = column?.getBoundingClientRect().width ?? 0;
  const wide = column && across > 0 && across < room.right / 2;
  const edge = wide
    ? { ...column.getBoundingClientRect().toJSON(), top: around.top, bottom: around.bottom }
    : around;
  return place(edge, width, height, room, !!wide);
}
