/** What is known of the tile that is pointed at, in one line. */
import type { PlugInConfig } from "../protocol/wire";
import { fixed } from "../words/format";
import { ofClass } from "./called";
import { Picture } from "./Picture";
import type { Tile } from "./tiles";

export function Reading({ of, dataset }: { of: Tile; dataset: PlugInConfig | undefined }) {
  return (
    <p class="reading tile-reading">
      <span class="mono">sample {of.number + 1}</span>
      {of.energy !== null && <span class="mono">E {fixed(of.energy, 2)}</span>}
      {of.nearest && (
        <>
          <span class="nearest">
            nearest of the data{" "}
            <Picture class="nearest-image" image={of.nearest.image} label="the nearest image" />
            {ofClass(of.nearest.label, dataset)}
          </span>
          <span class="mono">distance {fixed(of.nearest.distance, 2)}</span>
        </>
      )}
    </p>
  );
}

/** The same, said when a key leads to a tile and not with each frame. */
export function inWords({ number, energy, nearest }: Tile, dataset: PlugInConfig | undefined): string {
  const like = nearest ? `, nearest of the data${ofClass(nearest.label, dataset)}` : "";
  return `Sample ${number + 1}${energy === null ? "" : `, energy ${fixed(energy, 2)}`}${like}`;
}
