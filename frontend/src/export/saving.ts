/** Files: what the server makes of runs, and what the page makes itself, saved by the browser. */
import { Refusal } from "../protocol/api";

/** Hands a file to the browser, to be saved. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Fetches a file of the server; throws a `Refusal` with its words where it makes none. */
export async function fetched(address: string): Promise<Blob> {
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => {
    throw new Refusal(0, "The server does not answer.");
  });
  if (answer.ok) return answer.blob();
  const told = (await answer.json().catch(() => null)) as { detail?: unknown } | null;
  throw new Refusal(answer.status, wordsOf(told?.detail, answer.status));
}

function wordsOf(detail: unknown, status: number): string {
  if (typeof detail === "string") return detail;
  const [first] = Array.isArray(detail) ? (detail as { path?: string; message?: string }[]) : [];
  return first ? `${first.path ?? ""}: ${first.message ?? ""}` : `the server answers with status ${status}`;
}

/** The address of an export of runs, the first one's, with the others beside it. */
export function exportAddress(
  ids: string[],
  kind: string,
  options: Record<string, string | number | string[] | null>,
): string {
  const query = new URLSearchParams();
  for (const id of ids.slice(1)) query.append("beside", id);
  for (const [name, value] of Object.entries(options))
    for (const one of Array.isArray(value) ? value : value === null ? [] : [value])
      query.append(name, String(one));
  const asked = query.toString();
  return `api/v1/runs/${encodeURIComponent(ids[0]!)}/export/${kind}${asked && `?${asked}`}`;
}
