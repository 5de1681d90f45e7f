/** What the classes of the images on the stage are called. */
import { ownPictures } from "../form/pictures";
import { catalogue, info } from "../state";

/** "3" of digits, "cat" of what is called so. */
export function classCalled(label: number): string {
  const dataset = info.value?.config.dataset;
  const offer = catalogue.value?.datasets.find(({ kind }) => kind === dataset?.kind);
  const names = ownPictures(dataset)?.class_names ?? offer?.class_names;
  return names?.[label] ?? String(label);
}
