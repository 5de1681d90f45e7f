/** Runs of one method with several seeds as one column of the table: the median of each figure. */
import type { Figures, Reached } from "./figures";
import { median } from "./spread";

/** The median of each figure of some seeds; what is not reached yet counts as later than all that is. */
export function medianOf(seeds: Figures[]): Figures {
  const [first] = seeds as [Figures];
  if (seeds.length === 1) return first;
  const middle = Object.fromEntries(
    Object.entries(first).map(([name, value]) => {
      const told = seeds.map((one) => one[name as keyof Figures]).filter((one) => typeof one === "number");
      return [name, told.length > 0 ? median(told.sort((a, b) => a - b)) : value];
    }),
  ) as unknown as Figures;
  const reached = Object.fromEntries(
    Object.keys(first.reached).map((near) => [near, middleOf(seeds.map((one) => one.reached[near] ?? null))]),
  );
  const failed = seeds.filter((one) => one.failed).length > seeds.length / 2;
  return { ...middle, failed, reached, seeds };
}

/** When half of some runs were so near. */
function middleOf(all: (Reached | null)[]): Reached | null {
  const at = (name: keyof Reached) => {
    const times = all.map((one) => (one ? one[name] : Number.POSITIVE_INFINITY));
    const known = times.filter((time) => time !== null);
    const middle = known.length === all.length ? median(known.sort((a, b) => a - b)) : null;
    return middle !== null && Number.isFinite(middle) ? middle : null;
  };
  const [updates, seconds] = [at("updates"), at("seconds")];
  return updates === null || seconds === null ? null : { updates, seconds, evaluations: at("evaluations") };
}
