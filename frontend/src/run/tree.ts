/** The list of runs as a tree: a branch stands under the run that it left. */
import type { RunSummary } from "../protocol/wire";

export interface Node {
  run: RunSummary;
  /** How many runs it stands under. */
  depth: number;
  /** The run that it left; "gone" where that is no longer there, null where it is no branch. */
  parent: RunSummary | "gone" | null;
}

/** Runs in the order of their tree: the family with the newest run first, branches by the update where they left. */
export function treeOf(runs: RunSummary[]): Node[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const branches = new Map<string, RunSummary[]>();
  const roots: RunSummary[] = [];
  for (const run of runs) {
    const parent = run.parent === null ? undefined : byId.get(run.parent);
    if (parent) branches.set(parent.id, [...(branches.get(parent.id) ?? []), run]);
    else roots.push(run);
  }
  const under = (run: RunSummary, depth: number): Node[] => {
    const parent = run.parent === null ? null : (byId.get(run.parent) ?? "gone");
    const own = (branches.get(run.id) ?? []).sort(
      (a, b) => (a.parent_step ?? 0) - (b.parent_step ?? 0) || (a.created < b.created ? -1 : 1),
    );
    return [{ run, depth, parent }, ...own.flatMap((branch) => under(branch, depth + 1))];
  };
  const newest = (family: Node[]) =>
    family
      .map(({ run }) => run.created)
      .sort()
      .at(-1)!;
  return roots
    .map((root) => under(root, 0))
    .sort((a, b) => (newest(a) < newest(b) ? 1 : newest(a) > newest(b) ? -1 : 0))
    .flat();
}
