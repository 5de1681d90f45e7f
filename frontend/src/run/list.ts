/** The list of runs: what is asked of the server, and the parts of it that are in sight. */
import { batch, computed, effect, signal } from "@preact/signals";
import * as api from "../protocol/api";
import type { Found, ListedRun, RunState, RunSummary } from "../protocol/wire";
import { runsFault } from "../state";

/** Runs of a part: what is a little more than a screen. */
export const PART = 50;

export type SortBy = NonNullable<api.Listing["sort"]>;

export interface Query {
  search: string;
  state: RunState | "";
  method: string;
  dataset: string;
  tag: string;
  sort: SortBy;
  descending: boolean;
}

export const EVERYTHING: Query = {
  ...{ search: "", state: "", method: "", dataset: "", tag: "" },
  sort: "family",
  descending: true,
};

export const query = signal<Query>(EVERYTHING);
/** How many runs there are, and how many fit; null until it is known. */
export const found = signal<Found | null>(null);
/** The parts that are known, by their places. */
export const parts = signal<ReadonlyMap<number, ListedRun[]>>(new Map());
export const filtered = computed(() => {
  const { search, state, method, dataset, tag } = query.value;
  return [search.trim(), state, method, dataset, tag].some((one) => one !== "");
});
/** How many parts the list has. */
export const count = computed(() => Math.ceil((found.value?.fitting ?? 0) / PART));

/** The parts that are in sight. */
const seen = new Set<number>([0]);
let asked = 0;

const asks = (): api.Listing => {
  const { search, state, method, dataset, tag, sort, descending } = query.value;
  return {
    ...(search.trim() && { search: search.trim() }),
    ...(state && { state: [state] }),
    ...(method && { method: [method] }),
    ...(dataset && { dataset: [dataset] }),
    ...(tag && { tag: [tag] }),
    sort,
    descending,
  };
};

const partOf = (i: number) => api.runs({ ...asks(), offset: i * PART, limit: PART });

/** Fetches anew what is in sight; what is not is forgotten, since it may have changed. */
export async function refresh(): Promise<void> {
  const turn = ++asked;
  try {
    const inSight = [...seen].sort((a, b) => a - b);
    const [counts, ...runs] = await Promise.all([api.found(asks()), ...inSight.map(partOf)]);
    if (turn !== asked) return;
    batch(() => {
      found.value = counts;
      parts.value = new Map(inSight.map((i, at) => [i, runs[at]!]));
      runsFault.value = null;
    });
    for (const i of seen) if (!parts.value.has(i)) void fetchPart(i); // it came into sight meanwhile
  } catch (error) {
    if (turn === asked) runsFault.value = (error as Error).message;
  }
}

/** A part has come into sight, or has left it. */
export function see(i: number, visible: boolean): void {
  if (!visible) {
    seen.delete(i);
    return;
  }
  seen.add(i);
  if (!parts.value.has(i) && found.value) void fetchPart(i);
}

async function fetchPart(i: number): Promise<void> {
  const turn = asked;
  try {
    const runs = await partOf(i);
    if (turn === asked) parts.value = new Map(parts.value).set(i, runs);
  } catch (error) {
    runsFault.value = (error as Error).message;
  }
}

/** A run is told of: where it is listed, it is listed so. */
export function told(info: RunSummary): void {
  for (const [i, runs] of parts.value)
    if (runs.some(({ id }) => id === info.id))
      parts.value = new Map(parts.value).set(
        i,
        runs.map((run) => (run.id === info.id ? { ...run, ...info } : run)),
      );
}

/** All that fit, however many. */
export async function all(): Promise<ListedRun[]> {
  const runs: ListedRun[] = [];
  const most = 100;
  for (;;) {
    const more = await api.runs({ ...asks(), offset: runs.length, limit: most });
    runs.push(...more);
    if (more.length < most) return runs;
  }
}

/** Another question begins at the top, a little after the last key. */
export function startAsking(delay = 150): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let first = true;
  const end = effect(() => {
    query.value;
    clearTimeout(timer);
    if (!first) timer = setTimeout(() => void refresh(), delay);
    first = false;
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}
