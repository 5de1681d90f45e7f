/** All runs: found, sorted, and what can be done with each; only what is in sight is on the page. */
import { useEffect, useRef } from "preact/hooks";
import { Chosen } from "../compare/Ticks";
import * as list from "../run/list";
import { loop } from "../run/loop";
import { notice, runsFault, tab } from "../state";
import { Sweeps } from "../sweeps/Listed";
import { count } from "../words/format";
import { Term } from "../words/Term";
import { LAB } from "../words/terms";
import { Filters } from "./runs/Filters";
import { Row } from "./runs/Row";

/** Milliseconds between looks at how far runs are. */
const REFRESHED = 2000;
/** Pixels beyond the window in which parts are made ready. */
const AHEAD = 800;
/** About the height of a row, until one has been seen. */
const ROW_HEIGHT = 64;

const someGo = () =>
  [...list.parts.value.values()].some((runs) =>
    runs.some(({ state }) => state === "running" || state === "starting"),
  );

export function Runs() {
  useEffect(() => void list.refresh(), []);
  useEffect(() => list.startAsking(), []);
  useEffect(() => loop.add({ every: REFRESHED, draw: () => void list.refresh(), visible: someGo }), []);
  return (
    <main id="main" tabIndex={-1} class="runs" aria-label="Runs">
      <h2>Runs</h2>
      {runsFault.value && (
        <p class="fault" role="alert">
          {runsFault.value}{" "}
          <button type="button" class="link" onClick={() => void list.refresh()}>
            Try again
          </button>
        </p>
      )}
      {notice.value && (
        <p class={notice.value.tone === "fault" ? "fault" : "muted"} role="status">
          {notice.value.text}
        </p>
      )}
      <Sweeps />
      <List />
    </main>
  );
}

function List() {
  const found = list.found.value;
  if (found === null)
    return runsFault.value ? null : (
      <p class="muted" role="status">
        Asking the server for its runs.
      </p>
    );
  if (found.all === 0) {
    return (
      <p class="muted">
        No runs yet. Pick a distribution and a method in the{" "}
        <button type="button" class="link" onClick={() => (tab.value = "lab")}>
          lab
        </button>{" "}
        and press play; every run is kept here.
      </p>
    );
  }
  return (
    <>
      <Filters found={found} />
      <Chosen />
      {found.fitting === 0 ? (
        <p class="muted" role="status">
          None of the {count(found.all)} runs fits.{" "}
          <button type="button" class="link" onClick={() => (list.query.value = list.EVERYTHING)}>
            Show all
          </button>
        </p>
      ) : (
        <Table />
      )}
    </>
  );
}

function Table() {
  return (
    <table aria-rowcount={list.found.value!.fitting + 1}>
      <thead>
        <tr class="small muted">
          <th scope="col">Run</th>
          <th scope="col">State</th>
          <th scope="col">Updates</th>
          <th scope="col">
            <Term explanation={LAB.distance}>Distance</Term>
          </th>
          <th scope="col">Made</th>
          <th scope="col">
            <span class="hidden-visually">Actions</span>
          </th>
        </tr>
      </thead>
      {Array.from({ length: list.count.value }, (_, i) => (
        <Part key={i} place={i} />
      ))}
    </table>
  );
}

/** Some rows: they stand there while they are near the window, and else as much room as they took. */
function Part({ place }: { place: number }) {
  const body = useRef<HTMLTableSectionElement>(null);
  const height = useRef<number | null>(null);
  const rows = list.parts.value.get(place);
  useEffect(() => {
    const watch = new IntersectionObserver(
      (entries) => {
        const entry = entries.at(-1)!; // it may have come and gone since
        if (!entry.isIntersecting && list.parts.value.has(place)) {
          height.current = entry.boundingClientRect.height;
          const kept = new Map(list.parts.value);
          kept.delete(place);
          list.parts.value = kept;
        }
        list.see(place, entry.isIntersecting);
      },
      // the list scrolls in the window, or, on a narrow page, with it
      { rootMargin: `${AHEAD}px`, scrollMargin: `${AHEAD}px` } as IntersectionObserverInit,
    );
    watch.observe(body.current!);
    return () => {
      watch.disconnect();
      list.see(place, false);
    };
  }, [place]);
  const first = place * list.PART;
  const many = Math.min(list.PART, list.found.value!.fitting - first);
  return (
    <tbody ref={body}>
      {rows ? (
        rows.map((run, i) => <Row key={run.id} run={run} index={first + i + 2} />)
      ) : (
        <tr class="to-come" style={{ height: `${height.current ?? many * ROW_HEIGHT}px` }}>
          <td colSpan={6} />
        </tr>
      )}
    </tbody>
  );
}
