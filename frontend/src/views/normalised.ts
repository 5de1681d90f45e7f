/** Which Z the densities on the stage are divided by: the server's exact one, or what the map sums up to. */
import { computed } from "@preact/signals";
import { measured, recordedFrame, untrained } from "../state";
import { count } from "../words/format";
import { shownFrame } from "./unlearned";

/** The exact log Z of the landscape on the stage, in the data's units; null where it was measured of another update. */
export const exactLogZ = computed<number | null>(() => {
  const landscape = shownFrame.value?.landscape;
  if (!landscape || untrained.value || recordedFrame.value) return null;
  const { values, at } = measured.value;
  return landscape.step !== undefined && at.log_z === landscape.step ? (values.log_z ?? null) : null;
});

/** How the density map came to its Z. */
export const sayZ = computed(() => {
  if (exactLogZ.value !== null) return "p = exp(−E) / Z, Z exact at this update.";
  const at = measured.value.at.log_z;
  const newest = at === undefined ? "" : ` The exact Z was last measured at update ${count(at)}.`;
  return `p ≈ exp(−E) / Z, Z summed over the map.${newest}`;
});
