/** How the last layer's numbers become a height, and what separate groups of points add. */
import type { Energy, Mixture } from "./description";

/** The height h of `count` numbers from `at` on; its derivatives by them take their place where `slope` is. */
export function read(
  reading: Energy["reading"],
  a: Float64Array,
  at: number,
  count: number,
  slope: boolean,
): number {
  if (reading === "height") {
    const height = a[at]!;
    if (slope) a[at] = 1;
    return height;
  }
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = at; k < at + count; k++) highest = Math.max(highest, a[k]!);
  let sum = 0;
  for (let k = at; k < at + count; k++) sum += Math.exp(a[k]! - highest);
  const logSum = highest + Math.log(sum);
  if (reading === "log_sum_exp") {
    if (slope) for (let k = at; k < at + count; k++) a[k] = -Math.exp(a[k]! - logSum);
    return -logSum;
  }
  let entropy = 0;
  for (let k = at; k < at + count; k++) entropy -= Math.exp(a[k]! - logSum) * (a[k]! - logSum);
  if (slope) {
    for (let k = at; k < at + count; k++) {
      const log = a[k]! - logSum;
      a[k] = -Math.exp(log) * (log + entropy);
    }
  }
  return entropy;
}

/** What groups add to E at a point, and to its gradient. */
export function raised(groups: Mixture, x: number, y: number): [number, number, number] {
  const { offsets, logWeights, means, precisions } = groups;
  const pulls = means.map(([mx, my], k) => {
    const [[xx, xy], [yx, yy]] = precisions[k] as [[number, number], [number, number]];
    const [dx, dy] = [x - mx!, y - my!];
    const [px, py] = [xx * dx + xy * dy, yx * dx + yy * dy];
    return { odds: logWeights[k]! - (dx * px + dy * py) / 2, px, py };
  });
  const highest = Math.max(...pulls.map(({ odds }) => odds));
  const shares = pulls.map(({ odds }) => Math.exp(odds - highest));
  const all = shares.reduce((sum, share) => sum + share, 0);
  const value = shares.reduce((sum, share, k) => sum + (share / all) * offsets[k]!, 0);
  let [gx, gy] = [0, 0];
  for (const [k, { px, py }] of pulls.entries()) {
    const pull = (shares[k]! / all) * (offsets[k]! - value);
    gx -= pull * px;
    gy -= pull * py;
  }
  return [value, gx, gy];
}
