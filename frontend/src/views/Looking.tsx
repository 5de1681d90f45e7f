/** What is told of the part of the plane that one looks at in the lab. */
import { camera, orbit, shownLayers } from "../state";
import { significant } from "../words/format";
import { AS_IT_CAME, Looking } from "../zooming";
import { lookedAt, unknown } from "./camera";

export function LookingInLab() {
  const known = lookedAt.value;
  const aside = known?.outside != null ? `${mass(known.outside)} of the mass outside` : null;
  const below = shownLayers.value.marginals && orbit.value === null;
  return (
    <Looking camera={camera} aside={aside} below={below}>
      {known
        ? `This page computes it: ${known.size} × ${known.size} in ${Math.round(known.milliseconds)} ms.`
        : (unknown.value ?? AS_IT_CAME)}
    </Looking>
  );
}

const mass = (share: number) => (share < 5e-4 ? "less than 0.1 %" : `${significant(100 * share, 2)} %`);
