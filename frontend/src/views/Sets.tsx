/** The evidence of a run on images: how the energies of sets of images are spread, and which it tells apart. */
import { computed } from "@preact/signals";
import { evidence } from "../charts/readings";
import { type SetOfImages, setsOf } from "../charts/sets";
import { explains } from "../words/explaining";
import { fixed } from "../words/format";
import { Term } from "../words/Term";
import { SETS } from "../words/ways";

const sets = computed(() => setsOf(evidence.value.frame));

export function Sets() {
  const known = sets.value;
  if (!known) return null;
  const [low, high] = known.range;
  return (
    <section aria-labelledby="sets">
      <h2 id="sets">
        <Term explanation={SETS.sets}>Energy of sets of images</Term>
      </h2>
      <table class="sets small">
        <thead class="muted">
          <tr>
            <th scope="col">set</th>
            <th scope="col">
              <span class="sets-axis mono">
                <span>{fixed(low, 1)}</span>
                <span>{fixed(high, 1)}</span>
              </span>
            </th>
            <th scope="col">
              <Term explanation={SETS.auroc}>AUROC</Term>
            </th>
          </tr>
        </thead>
        <tbody>
          {known.rows.map((row) => (
            <tr key={row.name} data-set={row.name}>
              <th scope="row" {...explains(SETS[row.name as keyof typeof SETS])}>
                {row.name}
              </th>
              <td>
                <Ridge {...row} />
              </td>
              <td class="mono">{row.auroc === null ? "" : fixed(row.auroc, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const [WIDTH, HEIGHT] = [160, 20];

function Ridge({ name, curve, beyond }: SetOfImages) {
  if (beyond) {
    const words = beyond === "right" ? "higher →" : "← lower";
    return <p class={`sets-beyond mono muted ${beyond}`}>{words}</p>;
  }
  const top = Math.max(...curve, 1e-9);
  const x = (i: number) => ((i + 0.5) / curve.length) * WIDTH;
  const points = curve.map(
    (value, i) => `${x(i).toFixed(1)},${(HEIGHT - (HEIGHT - 2) * (value / top)).toFixed(1)}`,
  );
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Energies of ${name}`}
    >
      <path d={`M0,${HEIGHT}L${points.join("L")}L${WIDTH},${HEIGHT}`} />
    </svg>
  );
}
