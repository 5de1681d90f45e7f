/** What the page keeps in this browser; where the browser keeps nothing, it lasts until the page is closed. */

/** What is said where something was to be kept and cannot be. */
export const NOT_KEPT = "This browser keeps nothing for this page: the choice lasts until it is closed.";

/** For good, or until its tab is closed. */
export type Lasting = "good" | "tab";

// even to name a store is refused where all of them are blocked
const store = (lasting: Lasting) => (lasting === "good" ? localStorage : sessionStorage);

export function kept(name: string, lasting: Lasting = "good"): string | null {
  try {
    return store(lasting).getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a value, or with null forgets it; tells whether that could be done. */
export function keep(name: string, value: string | null, lasting: Lasting = "good"): boolean {
  try {
    if (value === null) store(lasting).removeItem(name);
    else store(lasting).setItem(name, value);
    return true;
  } catch {
    return false;
  }
}
