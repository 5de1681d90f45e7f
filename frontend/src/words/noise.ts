/** At which noise level the energy on the stage is looked at, where the method has noise levels. */

import type { PlugInConfig } from "../protocol/wire";
import { setting, significant } from "./format";

/** A method's noise in words, in data units; null where it adds none.
 *
 * Levels are evenly apart in log sigma; level 1 is the smallest, as in the method's own fields.
 */
export function shownNoise(method: PlugInConfig): string | null {
  const number = (name: string) => (typeof method[name] === "number" ? method[name] : null);
  const [smallest, largest] = [number("smallest"), number("largest")];
  const [level, levels] = [number("shown_level"), number("levels")];
  if (smallest !== null && largest !== null) {
    if (level === null || levels === null)
      return `one energy for all σ from ${setting(smallest)} to ${setting(largest)}`;
    const sigma = smallest * (largest / smallest) ** ((level - 1) / Math.max(1, levels - 1));
    return `E(x, σ) at σ ${significant(sigma, 2)}, level ${level} of ${levels}`;
  }
  const single = number("noise_level");
  return single === null ? null : `of data blurred by σ ${setting(single)}`;
}
