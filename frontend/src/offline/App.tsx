/** The page in the file: play, scrub, look, and drop chains, by pointer or by keys. */
import { computed } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import * as Icons from "../Icons";
import { showsImages } from "../protocol/frame";
import { HOME, LAYERS, type LayerName, type Mode } from "../stage";
import { count } from "../words/format";
import { Chart } from "./Chart";
import type { OfflineRun } from "./runs";
import { Stages } from "./Stages";
import {
  camera,
  chooseClock,
  cleared,
  clock,
  clocks,
  dropped,
  end,
  file,
  frames,
  last,
  layers,
  mode,
  place,
  playOrHold,
  rolling,
  runs,
  seek,
  theme,
  time,
} from "./state";
import { Table } from "./Table";

const MODES: Record<string, string> = {
  energy: "energy",
  density: "density",
  truth: "truth",
  difference: "difference",
};

/** The data, and the methods that learn them. */
const heading = computed(() => {
  const [first, ...others] = runs.value;
  return [first!.title, ...others.map(({ method }) => method)].join(" beside ");
});

export function App() {
  useLayoutEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <>
      <header>
        <h1>{heading.value}</h1>
        <button
          type="button"
          class="word"
          onClick={() => (theme.value = theme.value === "dark" ? "light" : "dark")}
        >
          {theme.value === "dark" ? "light" : "dark"}
        </button>
      </header>
      <main data-count={runs.value.length}>
        {!showsImages(runs.value[0]!.frames[0]!) && <Looks />}
        <Stages />
        <Time />
        <Chart />
        <Table />
        <Facts />
      </main>
    </>
  );
}

/** Which layers and which map. */
function Looks() {
  const has = (name: LayerName) => runs.value.some((_, i) => name in (frames.value[i]?.arrays ?? {}));
  const drawn: LayerName[] = ["data", "chains", "generator", "perturbed"];
  const names = (Object.keys(LAYERS) as LayerName[]).filter((name) => !drawn.includes(name) || has(name));
  const modes = Object.keys(MODES).filter(
    (name) => file.value.truth || name === "energy" || name === "density",
  ) as Mode[];
  return (
    <div class="looks">
      <div class="words" role="group" aria-label="Layers">
        {names.map((name, i) => (
          <button
            key={name}
            type="button"
            class={`word ${name}-word`}
            aria-pressed={layers.value[name] === true}
            aria-keyshortcuts={String(i + 1)}
            onClick={() => toggle(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="words" role="group" aria-label="What the maps show">
        {modes.map((name) => (
          <button
            key={name}
            type="button"
            class="word"
            aria-pressed={mode.value === name}
            onClick={() => (mode.value = name)}
          >
            {MODES[name]}
          </button>
        ))}
      </div>
      {dropped.value > 0 && (
        <button type="button" class="word" onClick={clear}>
          clear {count(dropped.value)} chains
        </button>
      )}
      {camera.value !== HOME && (
        <button type="button" class="word" onClick={() => (camera.value = HOME)}>
          whole map
        </button>
      )}
    </div>
  );
}

function toggle(name: LayerName): void {
  layers.value = { ...layers.value, [name]: !layers.value[name] };
}

function clear(): void {
  cleared.value++;
  dropped.value = 0;
}

function told(at: number): string {
  return clock.value === "seconds" ? `${at.toFixed(1)} s` : count(at);
}

function Time() {
  return (
    <section class="time" aria-label="Time">
      <button type="button" class="play" aria-label={rolling.value ? "Hold" : "Play"} onClick={playOrHold}>
        {rolling.value ? <Icons.Pause size={20} /> : <Icons.Play size={20} />}
      </button>
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={`${told(time.value)} of ${told(end.value)}`}
        min={0}
        max={last.value}
        step={1}
        value={Math.floor(place.value)}
        onInput={(event) => seek(Number(event.currentTarget.value))}
      />
      <p class="mono clock">
        {told(time.value)} <span class="muted">of {told(end.value)}</span>
      </p>
      {runs.value.length > 1 && (
        <div class="words" role="group" aria-label="Clock">
          {clocks.value.map((kind) => (
            <button
              key={kind}
              type="button"
              class="word"
              aria-pressed={clock.value === kind}
              onClick={() => chooseClock(kind)}
            >
              {kind}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}

/** How the runs were made, and how to drive the page. */
function Facts() {
  return (
    <details class="facts">
      <summary>Settings, changes and keys</summary>
      <p class="small muted">
        Space plays and holds, the arrows go to the moment before and after, Home and End to the first and the
        last; 1 to 8 are the layers, e and p energy and density, c clears dropped chains, + − 0 and the wheel
        look closer and farther, t changes the colours. Press on a map, or Enter on it, to drop chains.
      </p>
      {runs.value.map(({ info, title, changes, repeats }) => (
        <section key={info.id}>
          <h2>{title}</h2>
          <p class="small muted">
            {info.name}, run {info.id}, {count(info.step)} updates, {info.seconds.toFixed(1)} s of one core.
            {repeats.length > 0 && ` Repeated with ${seedsOf(repeats)}.`}
          </p>
          {changes.length > 0 && (
            <ul class="small mono">
              {changes.map(({ step, path, value }) => (
                <li key={`${step} ${path}`}>
                  update {count(step)}: {path} = {JSON.stringify(value)}
                </li>
              ))}
            </ul>
          )}
          <pre class="small">{JSON.stringify(info.config, null, 1)}</pre>
        </section>
      ))}
    </details>
  );
}

const seedsOf = (repeats: OfflineRun["repeats"]) =>
  `seed${repeats.length > 1 ? "s" : ""} ${repeats.map(({ info }) => info.config.seed).join(", ")}`;

function onKey(event: KeyboardEvent): void {
  const on = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const slider = on instanceof HTMLInputElement;
  const names = Object.keys(LAYERS) as LayerName[];
  const acts: Record<string, () => void> = {
    ArrowLeft: () => seek(Math.ceil(place.value) - 1),
    ArrowRight: () => seek(Math.floor(place.value) + 1),
    Home: () => seek(0),
    End: () => seek(last.value),
    e: () => (mode.value = "energy"),
    p: () => (mode.value = "density"),
    c: clear,
    t: () => (theme.value = theme.value === "dark" ? "light" : "dark"),
  };
  const number = Number(event.key);
  const act =
    event.key === " " && !(on instanceof HTMLButtonElement) && on.tagName !== "SUMMARY"
      ? playOrHold
      : number >= 1 && number <= names.length
        ? () => toggle(names[number - 1]!)
        : slider && event.key.length > 1
          ? undefined // the slider moves itself
          : acts[event.key];
  if (!act) return;
  act();
  event.preventDefault();
}
