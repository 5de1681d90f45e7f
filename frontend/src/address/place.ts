/** Where one is on the page, as the text after the # of its address, and back. */

export interface Place {
  /** By their names in the address; what is left out is as it is at first. */
  known: Partial<Record<Name, string>>;
  /** Changed settings of the choice, by their dotted paths, in the order in which they apply. */
  settings: [path: string, value: string][];
}

/** The order of an address. */
export const NAMES = [
  "tab",
  "run",
  "at",
  "mode",
  "layers",
  "view",
  "surface",
  "data",
  "own",
  "method",
  "sample",
  "by",
  "sample.view",
  "compare",
  "sweep",
  "from",
  "colours",
  "clock",
  "when",
] as const;
export type Name = (typeof NAMES)[number];

/** Of these a change is a step that the browser's back button takes back; of the others it is not. */
const STEPS: readonly Name[] = ["tab", "run", "data", "own", "method", "sample", "by", "compare", "sweep"];

const CHOICES: readonly Name[] = ["data", "own", "method", "sample", "by"];

const isName = (name: string): name is Name => (NAMES as readonly string[]).includes(name);

/** The settings of a place that begin with a word and a dot, without it. */
export const settingsUnder = ({ settings }: Place, word: string): Place["settings"] =>
  settings
    .filter(([path]) => path.startsWith(`${word}.`))
    .map(([path, value]) => [path.slice(word.length + 1), value]);

/** "#tab=samplers&run=1a2b": empty where nothing is other than at first. */
export function written({ known, settings }: Place): string {
  const places = NAMES.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]]));
  const parts = [...places, ...settings].map(([name, value]) => `${escaped(name!)}=${escaped(value!)}`);
  return parts.length > 0 ? `#${parts.join("&")}` : "";
}

/** The inverse. */
export function placeIn(hash: string): Place {
  const place: Place = { known: {}, settings: [] };
  for (const [name, value] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (isName(name)) place.known[name] = value;
    else if (name) place.settings.push([name, value]);
  }
  return place;
}

/** Whether a place says what is chosen, beside what the run on the stage leaves. */
export const namesChoice = ({ known, settings }: Place): boolean =>
  settings.length > 0 || CHOICES.some((name) => known[name] !== undefined);

/** What a step for the back button changes on the way from one place to another; empty where that is none. */
export function stepTo(from: Place, to: Place): string {
  return STEPS.filter((name) => from.known[name] !== to.known[name]).join(" ");
}

/** Percent signs only where an address needs them: commas, colons and slashes read better as they are. */
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/%(2C|3A|2F|40)/g, (code) => decodeURIComponent(code));
