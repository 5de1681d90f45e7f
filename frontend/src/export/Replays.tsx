/** What moves: a file that plays by itself, a GIF, a video. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Choice, Group, Make } from "./Controls";
import { make, making } from "./making";
import { exportAddress, fetched } from "./saving";
import { type Span, type Subject, within } from "./subject";
import { type Container, containers, video } from "./video";

/** Seconds that a film takes, and pixels of its stages. */
const LENGTHS = [6, 12, 24];
const SIZES = [320, 480, 720];
/** Pictures a second of a GIF: more make it large. */
const GIF_RATE = 10;

const length = signal(12);
const size = signal(480);
const span = signal<Span>("whole");

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
  const few = of.moments.length < 2;
  const gif = () => {
    const pictures = Math.max(2, Math.min(moments, length.value * GIF_RATE));
    const per_second = Math.min(50, Math.max(1, pictures / length.value));
    const { theme } = of.looks;
    const options = { width: size.value, pictures, per_second, theme, clock: of.clock, ...updates(of) };
    return fetched(exportAddress(ids, "gif", options));
  };
  const html = () => fetched(exportAddress(ids, "html", updates(of)));
  return (
    <Group name="Replays">
      {kept && (
        <Make label="HTML" act={() => void make("The HTML file", `${of.name}.html`, html)}>
          One file that plays in any browser, with no server and no network. Chains can still be dropped in
          it.
        </Make>
      )}
      {kept && (
        <Make label="GIF" act={() => void make("The GIF", `${of.name}.gif`, gif)}>
          Maps, data and chains, for slides. Drawn by the server.
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
      <span class="small muted">A video with the layers and map of the stage now. Made in this page.</span>
    </p>
  );
}
