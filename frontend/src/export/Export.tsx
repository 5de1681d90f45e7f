/** The dialog "Take it home": everything that a run, or a comparison, can be saved as. */
import { signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import * as Icons from "../Icons";
import { Refusal } from "../protocol/api";
import { sentence } from "../words/format";
import { chartPicture, stagePng, stageSvg } from "./printing";
import { exportAddress, fetched, save } from "./saving";
import { type Span, type Subject, subject, within } from "./subject";
import { type Container, containers, video } from "./video";

/** Seconds that a film takes, pixels of its stages, pixels that a print is wide. */
const LENGTHS = [6, 12, 24];
const SIZES = [320, 480, 720];
const PRINTS = [1200, 2400, 3600];
/** Pictures a second of a GIF: more make it large. */
const GIF_RATE = 10;

const length = signal(12);
const size = signal(480);
const span = signal<Span>("whole");
const print = signal(2400);
/** What is being made, and how far it is. */
const making = signal<{ what: string; share: number | null } | null>(null);
const told = signal<{ tone: "fault" | "news"; text: string } | null>(null);
let given = new AbortController();

/** Makes a file and saves it; says what became of it. */
async function make(what: string, name: string, work: (signal: AbortSignal) => Promise<Blob>): Promise<void> {
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

function close(): void {
  given.abort();
  subject.value = null;
  told.value = null;
}

export function Export() {
  const dialog = useRef<HTMLDialogElement>(null);
  const now = subject.value;
  useEffect(() => {
    const element = dialog.current!;
    if (now && !element.open) element.showModal();
    if (!now && element.open) element.close();
  }, [now]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the box closes it; for keys a dialog has Escape.
    <dialog
      ref={dialog}
      class="help export"
      aria-labelledby="export-title"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      {now && (
        <div class="help-body">
          <div class="heading">
            <h2 id="export-title">Take it home</h2>
            <button type="button" class="quiet" aria-label="Close" onClick={close}>
              <Icons.Close />
            </button>
          </div>
          <Replays of={now} />
          <Pictures of={now} />
          {now.runs.every(({ id }) => id !== null) && <Numbers of={now} />}
          <Address />
          <Said />
        </div>
      )}
    </dialog>
  );
}

function Said() {
  const now = making.value;
  return (
    <div class="export-said small" role="status">
      {now ? (
        <p>
          {now.what}
          {now.share === null ? " is being made." : `: ${Math.round(100 * now.share)} %`}{" "}
          {now.share !== null && (
            <button type="button" class="link" onClick={() => given.abort()}>
              Give up
            </button>
          )}
        </p>
      ) : (
        told.value && <p class={told.value.tone === "fault" ? "fault" : ""}>{told.value.text}</p>
      )}
    </div>
  );
}

function Group({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <section class="export-group" aria-label={name}>
      <h3>{name}</h3>
      {children}
    </section>
  );
}

function Make({ label, children, act }: { label: string; children: ComponentChildren; act: () => void }) {
  return (
    <p class="export-row">
      <button type="button" class="pill" disabled={making.value !== null} onClick={act}>
        {label}
      </button>
      <span class="small muted">{children}</span>
    </p>
  );
}

function Choice<T extends string | number>(props: {
  label: string;
  value: { value: T };
  options: [T, string][];
}) {
  const { label, value, options } = props;
  const id = useId();
  return (
    <span class="export-choice small">
      <label for={id}>{label}</label>
      <select
        id={id}
        class="choice"
        value={String(value.value)}
        onChange={(event) => {
          const found = options.find(([option]) => String(option) === event.currentTarget.value);
          if (found) value.value = found[0];
        }}
      >
        {options.map(([option, word]) => (
          <option key={option} value={String(option)}>
            {word}
          </option>
        ))}
      </select>
    </span>
  );
}

/** One update of each run: those at the ends of the span, for the server. */
function updates(of: Subject): { first: number | null; last: number | null } {
  const [from, to] = within(of, span.value);
  const whole = span.value === "whole" || of.runs.length > 1;
  return whole ? { first: null, last: null } : { first: of.moments[from]![0]!, last: of.moments[to]![0]! };
}

function Replays({ of }: { of: Subject }) {
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

function Pictures({ of }: { of: Subject }) {
  const background = of.looks.theme === "dark" ? "#101317" : "#ffffff";
  const drawn = of.runs.some(({ frame }) => frame !== null);
  const png = () => stagePng(of.runs, of.looks, print.value);
  return (
    <Group name="Pictures">
      {drawn && (
        <Make label="Stage PNG" act={() => void make("The picture", `${of.name}.png`, png)}>
          {of.runs.length > 1
            ? "The stages beside each other, each as wide as chosen."
            : "The stage as it is."}
        </Make>
      )}
      <Vectors of={of} />
      {of.charts.map((chart) => (
        <p key={chart.name} class="export-row">
          {(["png", "svg"] as const).map((format) => (
            <button
              key={format}
              type="button"
              class="pill"
              disabled={making.value !== null}
              aria-label={`${chart.name}, ${format.toUpperCase()}`}
              onClick={() =>
                void make("The chart", `${of.name}-${chart.name.replaceAll(" ", "-")}.${format}`, () =>
                  chartPicture(chart, format, print.value, background),
                )
              }
            >
              {format.toUpperCase()}
            </button>
          ))}
          <span class="small muted">The chart: {chart.name}.</span>
        </p>
      ))}
      <div class="export-choices">
        <Choice label="Width" value={print} options={PRINTS.map((px) => [px, `${px} px`])} />
      </div>
    </Group>
  );
}

/** Each stage of the plane as SVG, a file of its own. */
function Vectors({ of }: { of: Subject }) {
  const maps = of.runs.flatMap((run, i) => (run.frame?.landscape ? [{ run, letter: "ABCD".charAt(i) }] : []));
  if (maps.length === 0) return null;
  const several = of.runs.length > 1;
  return (
    <p class="export-row">
      {maps.map(({ run, letter }) => (
        <button
          key={letter}
          type="button"
          class="pill"
          disabled={making.value !== null}
          onClick={() =>
            void make("The picture", `${of.name}${several ? `-${letter}` : ""}.svg`, () =>
              stageSvg(run, of.looks, print.value),
            )
          }
        >
          {several ? `Stage ${letter} SVG` : "Stage SVG"}
        </button>
      ))}
      <span class="small muted">
        The map is an image in it; contours, points, axes and letters are shapes.
      </span>
    </p>
  );
}

function Numbers({ of }: { of: Subject }) {
  return (
    <Group name="Numbers, and the run itself">
      {of.runs.map((run, i) => {
        const name = of.runs.length > 1 ? `${of.name}-${"ABCD".charAt(i)}` : of.name;
        const step = of.moments[of.here]?.[i] ?? null;
        const at = (kind: string) => () => fetched(exportAddress([run.id!], kind, { step }));
        const metrics = () => fetched(`api/v1/runs/${run.id}/metrics?format=csv`);
        const script = () => fetched(exportAddress([run.id!], "script", {}));
        return (
          <div key={run.title} class="export-numbers">
            {of.runs.length > 1 && <p class="small">{run.title}</p>}
            <Make label="Metrics" act={() => void make("The table", `${name}-metrics.csv`, metrics)}>
              Every figure by update, as CSV.
            </Make>
            <Make label="Samples" act={() => void make("The table", `${name}-samples.csv`, at("samples"))}>
              Data and samples of this moment, in the data’s units, as CSV.
            </Make>
            {run.frame?.landscape && (
              <Make label="Grid" act={() => void make("The grid", `${name}-landscape.npz`, at("grid"))}>
                The energies of the map at this moment, as NPZ for NumPy.
              </Make>
            )}
            <Make label="Python" act={() => void make("The script", `${name}-script.zip`, script)}>
              A script of exactly this run, with its changes: it comes to the same weights.
            </Make>
          </div>
        );
      })}
    </Group>
  );
}

/** The address of the page opens it at this run, moment, view and layers. */
function Address() {
  const field = useRef<HTMLInputElement>(null);
  const copied = useSignal<"" | "copied" | "marked: copy it by Ctrl C">("");
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(location.href);
      copied.value = "copied";
    } catch {
      copied.value = "marked: copy it by Ctrl C"; // a page that is not from this machine may not write there
    }
  };
  return (
    <Group name="Address">
      <p class="small muted">It opens this page at the same run, moment, view and layers, on this server.</p>
      <p class="export-row">
        <input
          ref={field}
          class="export-address mono small"
          aria-label="Address"
          readOnly
          value={location.href}
        />
        <button type="button" class="pill" onClick={() => void copy()}>
          Copy
        </button>
        <span class="small" role="status">
          {copied.value}
        </span>
      </p>
    </Group>
  );
}
