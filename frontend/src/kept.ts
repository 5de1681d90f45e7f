/** What the page keeps in this browser; where the browser keeps nothing, it lasts until the page is closed. */

/** What is said where something was to be kept and cannot be. */
export const NOT_KEPT = "This browser keeps nothing for this page: the choice lasts until it is closed.";

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a value, or with null forgets it; tells whether that could be done. */
export function keep(name: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
    return true;
  } catch {
    return false;
  }
}
