/** What moves: a file that plays by itself, a GIF, a video. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { count } from "../words/format";
import { Choice, Group, Make } from "./Controls";
import { make, making } from "./making";
import { exportAddress, fetched } from "./saving";
import { inGif, inVideo } from "./shown";
import { type Span, type Subject, within } from "./subject";
import { type Container, containers, video } from "./video";

/** Seconds that a film takes, and pixels of its stages. */
const LENGTHS = [6, 12, 24];
const SIZES = [320, 480, 720];
/** Pictures a second of a GIF: more make it large. */
const GIF_RATE = 10;

/** As the server reckons: bytes of the largest GIF, and of a pixel. */
const LARGEST_GIF = 24_000_000;
const BYTES_A_PIXEL = 0.3;
/** Between stages, and below them. */
const [GAP, CAPTION] = [8, 26];
const gifPixels = (width: number, runs: number) => (runs * (width + GAP) - GAP) * (width + CAPTION);

const length = signal(12);
const size = signal(480);
const span = signal<Span>("whole");

/** How many pictures a GIF has: no more than there are moments, nor than the server makes of that size. */
function picturesOf(moments: number, runs: number): number {
  const most = Math.floor(LARGEST_GIF / (BYTES_A_PIXEL * gifPixels(size.value, runs)));
  return Math.max(2, Math.min(moments, length.value * GIF_RATE, most));
}

/** One update of each run: those at the ends of the span, for the server. */
function updates(of: Subject): { first: number | null; last: number | null } {
  const [from, to] = within(of, span.value);
  const whole = span.value === "whole" || of.runs.length > 1;
  return whole ? { first: null, last: null } : { first: of.moments[from]![0]!, last: of.moments[to]![0]! };
}

export function Replays({ of }: { of: Subject }) {
  const ids = of.runs.flatMap(({ id }) => id ?? []);
  const kept = ids.length === of.runs.length;
  const [from, to] = within(of, span.value);
  const moments = to - from + 1;
  const film = inGif(of);
  const few = of.moments.length < 2;
  const pictures = picturesOf(moments, ids.length);
  const gif = () => {
    const per_second = Math.min(50, Math.max(1, pictures / length.value));
    const { theme } = of.looks;
    const { layers, show } = film;
    const looks = { theme, layers, show };
    const options = { width: size.value, pictures, per_second, clock: of.clock, ...looks, ...updates(of) };
    return fetched(exportAddress(ids, "gif", options));
  };
  const repeats = of.runs.flatMap((run) => run.repeats.map(({ id }) => id));
  const html = () => fetched(exportAddress(ids, "html", { ...updates(of), repeats }));
  return (
    <Group name="Replays">
      {kept && (
        <Make label="HTML" act={() => void make("The HTML file", `${of.name}.html`, html)}>
          One file that plays in any browser, with no server and no network.{" "}
          {of.looks.source
            ? "Tiles are pressed for their energy; their ways need the laboratory."
            : "Chains can still be dropped in it."}
          {repeats.length > 0 && " Its chart and table have the median and the range of all seeds."}
        </Make>
      )}
      {kept && (
        <Make label="GIF" act={() => void make("The GIF", `${of.name}.gif`, gif)}>
          For slides, drawn by the server: {count(pictures)} pictures. Shows: {film.text}
        </Make>
      )}
      {!few && <Videos of={of} />}
      <div class="export-choices">
        <Choice label="Length" value={length} options={LENGTHS.map((s) => [s, `${s} s`])} />
        <Choice label="Stage" value={size} options={SIZES.map((px) => [px, `${px} px`])} />
        <Choice
          label="Span"
          value={span}
          options={[
            ["whole", "the whole run"],
            ["to", "up to this moment"],
            ["from", "from this moment"],
          ]}
        />
      </div>
    </Group>
  );
}

/** The containers that this browser can write; asked once. */
const writable = signal<Container[] | null>(null);

function Videos({ of }: { of: Subject }) {
  useEffect(() => {
    void containers().then((found) => (writable.value = found));
  }, []);
  const found = writable.value;
  if (found?.length === 0)
    return (
      <p class="small muted">
        This browser writes no video here: it takes one with WebCodecs, and a page from this machine or by
        HTTPS.
      </p>
    );
  const film = (container: Container) => (signal: AbortSignal) =>
    video(
      of,
      { container, width: size.value, seconds: length.value, span: span.value },
      (share) => (making.value = { what: "The video", share }),
      signal,
    );
  return (
    <p class="export-row">
      {(found ?? []).map((container) => {
        const label = container === "webm" ? "WebM" : "MP4";
        return (
          <button
            key={container}
            type="button"
            class="pill"
            disabled={making.value !== null}
            onClick={() => void make("The video", `${of.name}.${container}`, film(container))}
          >
            {label}
          </button>
        );
      })}
      <span class="small muted">A video, made in this page. Shows: {inVideo(of)}</span>
    </p>
  );
}
