/** What is being made to be taken home, and what became of it. */
import { signal } from "@preact/signals";
import { Refusal } from "../protocol/api";
import { sentence } from "../words/format";
import { save } from "./saving";

/** What is being made, and how far it is. */
export const making = signal<{ what: string; share: number | null } | null>(null);
export const told = signal<{ tone: "fault" | "news"; text: string } | null>(null);
let given = new AbortController();

/** Makes a file and saves it; says what became of it. */
export async function make(
  what: string,
  name: string,
  work: (signal: AbortSignal) => Promise<Blob>,
): Promise<void> {
  if (making.value) return;
  given = new AbortController();
  making.value = { what, share: null };
  told.value = null;
  try {
    const blob = await work(given.signal);
    save(blob, name);
    told.value = { tone: "news", text: `${name} is saved, ${bytes(blob.size)}.` };
  } catch (error) {
    const fault = error as Error;
    told.value =
      fault.name === "AbortError"
        ? { tone: "news", text: `${what} was given up.` }
        : {
            tone: "fault",
            text: sentence(fault instanceof Refusal ? fault.message : `It failed: ${fault.message}`),
          };
  } finally {
    making.value = null;
  }
}

const bytes = (count: number) =>
  count < 1e6 ? `${Math.max(1, Math.round(count / 1e3))} kB` : `${(count / 1e6).toFixed(1)} MB`;

export function giveUp(): void {
  given.abort();
}
