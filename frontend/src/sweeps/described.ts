/** A sweep as TOML, begun from the choice in the lab, and fields put into its grid. */
import { recipe } from "../form/recipes";
import { defaultsOf, differences, get } from "../form/schema";
import type { Catalogue, Json, PlugInConfig, RunConfig } from "../protocol/wire";

/** What a sweep over three seeds of the choice would be. */
export function begun(plugIns: Catalogue, choice: RunConfig): string {
  const { kind } = choice.method;
  const plain = recipe(plugIns, choice.dataset, kind);
  const changed = plain ? differences({ ...choice } as Json, { ...plain } as Json) : [];
  const settings = changed
    .filter((path) => !/^(dataset|seed|seconds|updates|plugins|device|sizes)\b|^method\.kind$/.test(path))
    .map((path) => [path.replace(/^method\./, `method.${kind}.`), get({ ...choice } as Json, path)] as const)
    .filter(([, value]) => value !== undefined && value !== null);
  const length = choice.seconds === null ? `updates = ${choice.updates}` : `seconds = ${choice.seconds}`;
  return [
    `name = "${kind} on ${choice.dataset.kind}"`,
    "",
    "[base]",
    ...datasetLines(plugIns, choice.dataset),
    length,
    ...settings.map(([path, value]) => `"${path}" = ${written(value!)}`),
    "",
    "[grid]",
    `"method.kind" = ["${kind}"]`,
    "seed = [0, 1, 2]",
    "",
  ].join("\n");
}

/** Points and pictures of one's own whole; of another distribution its kind, and settings that hold where it is that kind. */
function datasetLines(plugIns: Catalogue, dataset: PlugInConfig): string[] {
  const plugIn = plugIns.datasets.find(({ kind }) => kind === dataset.kind);
  if (!plugIn || plugIn.table || plugIn.pictures) return [`dataset = ${written({ ...dataset } as Json)}`];
  const plain = defaultsOf(plugIn.schema, [], dataset.kind);
  const changed = differences({ ...dataset } as Json, { ...plain } as Json).filter((path) => path !== "kind");
  return [
    `"dataset.kind" = ${written(dataset.kind)}`,
    ...changed.flatMap((path) => {
      const value = get({ ...dataset } as Json, path);
      const name = `dataset.${dataset.kind}.${path}`;
      return value === null || value === undefined ? [] : [`"${name}" = ${written(value)}`];
    }),
  ];
}

/** A value as TOML has it on one line. */
export function written(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const parts = Object.entries(value).filter(([, one]) => one !== null);
  return `{ ${parts.map(([name, one]) => `${name} = ${written(one!)}`).join(", ")} }`;
}

/** The text with one more field in its grid. */
export function withField(text: string, path: string, value: Json): string {
  const line = `"${path}" = [${written(value)}]`;
  const lines = text.trimEnd().split("\n");
  const grid = lines.findIndex((one) => one.trim() === "[grid]");
  if (grid < 0) return `${text.trimEnd()}\n\n[grid]\n${line}\n`;
  const next = lines.findIndex((one, i) => i > grid && one.startsWith("["));
  const end = next < 0 ? lines.length : next;
  const filled = lines.slice(0, end).findLastIndex((one) => one.trim() !== "") + 1;
  return `${[...lines.slice(0, filled), line, ...lines.slice(filled)].join("\n")}\n`;
}
