/** Over the stage, where a part of the plane is looked at: which, what is outside of it, and the way back. */
import { HOME } from "../stage";
import { camera, shownLayers } from "../state";
import { significant } from "../words/format";
import { lookedAt, unknown, wholeMap } from "./camera";

export function Looking() {
  if (camera.value === HOME) return null;
  const known = lookedAt.value;
  return (
    <div class="looking small" data-marginals={shownLayers.value.marginals}>
      <p>
        <span class="mono">×{significant(camera.value.zoom, 2)}</span>
        {known?.outside != null && <span> {mass(known.outside)} of the mass outside</span>}{" "}
        <button type="button" class="link" onClick={wholeMap}>
          Whole map
        </button>
      </p>
      <p class="muted">
        {known
          ? `This page computes it: ${known.size} × ${known.size} in ${Math.round(known.milliseconds)} ms.`
          : (unknown.value ?? "The landscape as it came; nothing is known beyond it.")}
      </p>
    </div>
  );
}

const mass = (share: number) => (share < 5e-4 ? "less than 0.1 %" : `${significant(100 * share, 2)} %`);
