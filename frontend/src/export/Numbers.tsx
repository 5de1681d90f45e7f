/** Figures, samples and energies as numbers, and the run as a script. */
import { Group, Make } from "./Controls";
import { make } from "./making";
import { exportAddress, fetched } from "./saving";
import type { Subject } from "./subject";

export function Numbers({ of }: { of: Subject }) {
  return (
    <Group name="Numbers, and the run itself">
      {of.runs.map((run, i) => {
        const name = of.runs.length > 1 ? `${of.name}-${"ABCD".charAt(i)}` : of.name;
        const step = of.moments[of.here]?.[i] ?? null;
        const at = (kind: string) => () => fetched(exportAddress([run.id!], kind, { step }));
        const metrics = () => fetched(`api/v1/runs/${run.id}/metrics?format=csv`);
        const script = () => fetched(exportAddress([run.id!], "script", {}));
        return (
          <div key={run.title} class="export-numbers">
            {of.runs.length > 1 && <p class="small">{run.title}</p>}
            <Make label="Metrics" act={() => void make("The table", `${name}-metrics.csv`, metrics)}>
              Every figure by update, as CSV.
            </Make>
            {run.repeats.map(({ id, seed }) => (
              <Make
                key={id}
                label={`Metrics, seed ${seed}`}
                act={() =>
                  void make("The table", `${name}-seed-${seed}-metrics.csv`, () =>
                    fetched(`api/v1/runs/${id}/metrics?format=csv`),
                  )
                }
              >
                The same of the repeat with this seed. Its median with the others stands in the table, as CSV
                too.
              </Make>
            ))}
            <Make label="Samples" act={() => void make("The table", `${name}-samples.csv`, at("samples"))}>
              Data and samples of this moment, in the data’s units, as CSV.
            </Make>
            {run.frame?.landscape && (
              <Make label="Grid" act={() => void make("The grid", `${name}-landscape.npz`, at("grid"))}>
                The energies of the map at this moment, as NPZ for NumPy.
              </Make>
            )}
            <Make label="Python" act={() => void make("The script", `${name}-script.zip`, script)}>
              A script of exactly this run, with its changes: it comes to the same weights.
            </Make>
          </div>
        );
      })}
    </Group>
  );
}
