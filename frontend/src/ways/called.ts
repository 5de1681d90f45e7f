/** What the classes of images are called. */
import { ownPictures } from "../form/pictures";
import type { PlugInConfig } from "../protocol/wire";
import { catalogue } from "../state";

/** "3" of digits, "cat" of what is called so. */
export function classCalled(label: number, dataset: PlugInConfig | undefined): string {
  const offer = catalogue.value?.datasets.find(({ kind }) => kind === dataset?.kind);
  const names = ownPictures(dataset)?.class_names ?? offer?.class_names;
  return names?.[label] ?? String(label);
}

/** " a 3" of digits, " a cat" of what is called so; nothing where there are no classes. */
export const ofClass = (label: number | null, dataset: PlugInConfig | undefined) =>
  label === null ? "" : ` a ${classCalled(label, dataset)}`;
