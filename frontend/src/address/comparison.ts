/** A comparison in the address: #compare=id,id,id&clock=seconds opens it again, looked at as it was. */
import { signal } from "@preact/signals";
import { CLOCKS, type Clock } from "../compare/clock";
import { open, startFollowing } from "../compare/following";
import { startPlaying } from "../compare/player";
import {
  camera,
  clock,
  fault,
  layers,
  letterOf,
  members,
  mode,
  orbit,
  position,
  reference,
  rolling,
  scale,
} from "../compare/state";
import { LAYERS, type Mode } from "../stage";
import { compared, type Keeper } from "./here";
import type { Name } from "./place";
import { layersIn, layersWritten, surfaceOf, viewOf } from "./view";

/** Runs apart by commas; those that repeat one with other seeds after it, by dots. */
const written = () =>
  members.value
    .map(({ history, repeats }) => [history, ...repeats].map(({ info }) => info.id).join("."))
    .join(",");

/** Runs that are being opened: until they are there, the address has them. */
const opening = signal<string | null>(null);

/** What the address says of how the comparison is looked at, while that is being opened: it opens as at first. */
const wanted = new Map<Name, string | null>();

/** A keeper of how a comparison is looked at: what it reads holds when the runs are there. */
function keep(name: Name, keeper: Keeper): void {
  compared.set(name, {
    write: () => {
      if (opening.value !== null) return wanted.get(name) ?? null;
      return members.value.length > 0 ? keeper.write() : null;
    },
    read: (text) => {
      wanted.set(name, text);
      return keeper.read(text);
    },
  });
}

/** Looks at the comparison, which is there now, as the address says. */
function arrive(): void {
  opening.value = null;
  const faults = [...wanted].flatMap(([name, text]) => compared.get(name)?.read(text) ?? []);
  if (faults.length > 0) fault.value = faults.join(" ");
}

const MODES: Mode[] = ["energy", "density", "truth", "difference"];

const mapMode: Keeper = {
  write: () => (mode.value === "energy" ? null : mode.value),
  read: (text) => {
    const found = MODES.find((one) => one === (text ?? "energy"));
    mode.value = found ?? "energy";
    return found ? null : `The address has the maps show "${text}"; they can show ${MODES.join(", ")}.`;
  },
};

const differenceFrom: Keeper = {
  write: () => (mode.value !== "difference" || reference.value === "truth" ? null : reference.value),
  read: (text) => {
    const others = ["truth", ...members.value.map((_, i) => letterOf(i))];
    const found = text === null || others.includes(text) || opening.value !== null;
    reference.value = found ? (text ?? "truth") : "truth";
    return found ? null : `The address differs from "${text}"; there are ${others.join(", ")}.`;
  },
};

const shownLayers: Keeper = {
  write: () => layersWritten(layers.value, LAYERS),
  read: (text) => {
    const { shown, fault } = layersIn(text);
    layers.value = shown ?? LAYERS;
    return fault;
  },
};

const colours: Keeper = {
  write: () => (scale.value === "own" ? "own" : null),
  read: (text) => {
    scale.value = text === "own" ? "own" : "common";
    return text === null || text === "own" ? null : `The address names the colours "${text}"; there is own.`;
  },
};

/** Lets the address know of comparisons, and lets these go on; once. */
export function startComparing(): void {
  startFollowing();
  startPlaying();
  compared.set("compare", {
    write: () => opening.value ?? (members.value.length > 0 ? written() : null),
    read: (text) => {
      if (text === null || text === written()) return null;
      opening.value = text;
      const groups = text.split(",").map((group) => group.split(".").filter(Boolean));
      void open(groups, arrive).finally(() => {
        opening.value = null;
      });
      return null;
    },
  });
  keep("clock", {
    write: () => (clock.value === "seconds" ? null : clock.value),
    read: (text) => {
      const found = CLOCKS.find((one) => one === (text ?? "seconds"));
      if (!found) return `The address names the clock "${text}"; there are ${CLOCKS.join(", ")}.`;
      clock.value = found as Clock;
      return null;
    },
  });
  keep("when", {
    write: () =>
      position.value === null || rolling.value ? null : String(Number(position.value.toPrecision(6))),
    read: (text) => {
      const at = text === null ? null : Number(text);
      if (at !== null && !(at >= 0))
        return `The address names the time "${text}"; a number from 0 is needed.`;
      position.value = at;
      return null;
    },
  });
  keep("mode", mapMode);
  keep("from", differenceFrom);
  keep("colours", colours);
  keep("layers", shownLayers);
  keep("view", viewOf(camera));
  keep("surface", surfaceOf(orbit));
}
