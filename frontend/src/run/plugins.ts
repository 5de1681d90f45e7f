/** Plug-ins from outside the package that a run used, beside those that the server has. */

import type { Origin } from "../protocol/wire";

/** What is to be told of a run whose plug-ins are missing or have changed; null where all is well. */
export function plugInNote(used: Origin[] = [], loaded: Origin[] = []): string | null {
  const notes = used.map((origin) => {
    const name = `the ${origin.contract} "${origin.kind}" of ${origin.path}`;
    const now = loaded.find(({ contract, kind }) => contract === origin.contract && kind === origin.kind);
    if (!now)
      return `It uses ${name}, which is not loaded; start the server with --plugin ${origin.path} to resume it.`;
    return now.digest === origin.digest ? "" : `It was made with another version of ${name}.`;
  });
  return notes.filter(Boolean).join(" ") || null;
}
