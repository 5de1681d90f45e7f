/** Plug-ins from outside the package that a run used, beside those that the server has. */

import type { Origin, RunSummary } from "../protocol/wire";

/** What a run says of its plug-ins; a stored run says nothing. */
export type Uses = Pick<RunSummary, "state"> & Partial<Pick<RunSummary, "plugins" | "first_plugins">>;

const like = (origin: Origin) => (other: Origin) =>
  other.contract === origin.contract && other.kind === origin.kind;

const nameOf = ({ contract, kind, path }: Origin) => `the ${contract} "${kind}" of ${path}`;

/** Why a run cannot go on here: the first of its plug-ins that is not loaded; null where all are. */
export function missingPlugIn({ state, plugins = [] }: Uses, loaded: Origin[] = []): string | null {
  const missing = plugins.find((origin) => !loaded.some(like(origin)));
  if (!missing) return null;
  const what = state === "finished" ? "sample from it" : "resume it";
  return `It uses ${nameOf(missing)}, which is not loaded; start the server with --plugin ${missing.path} to ${what}.`;
}

/** What is to be told of a run whose plug-ins are missing or have changed; null where all is well. */
export function plugInNote(run: Uses, loaded: Origin[] = []): string | null {
  const { plugins = [], first_plugins = [] } = run;
  const notes = plugins.map((origin) => {
    const now = loaded.find(like(origin));
    const first = first_plugins.find(like(origin));
    if (now && now.digest !== origin.digest) return `It was made with another version of ${nameOf(origin)}.`;
    if (first && first.digest !== origin.digest)
      return `It went on with another version of ${nameOf(origin)} than it began with.`;
    return null;
  });
  return [missingPlugIn(run, loaded), ...notes].filter(Boolean).join(" ") || null;
}

/** "mine 1a2b3c4d → 5e6f7a8b": the versions before and after, of a change of plug-ins. */
export function versionsText(previous: Origin[], value: Origin[]): string {
  const changed = value.filter((origin) => previous.find(like(origin))?.digest !== origin.digest);
  const versions = changed.map((origin) => {
    const before = previous.find(like(origin))?.digest.slice(0, 8) ?? "none";
    return `${origin.kind} ${before} → ${origin.digest.slice(0, 8)}`;
  });
  return versions.join(", ");
}
