/** The question: thumbnails drawn from the distributions' own samples, and the way in for the user's points. */
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { chooseDataset } from "../actions";
import { chooseByArrows } from "../form/radios";
import { readPoints } from "../protocol/upload";
import { catalogue, draft, notice, titleOf } from "../state";
import * as Icons from "./Icons";
import { Thumbnail } from "./Thumbnail";

const reading = signal(false);

export function Distributions() {
  const chosen = draft.value?.dataset.kind;
  const ready = catalogue.value !== null;
  return (
    <section aria-labelledby="distributions">
      <div class="heading">
        <h2 id="distributions">Distribution</h2>
        <span class="small muted">{titleOf(chosen)}</span>
      </div>
      <div class="thumbnails" role="radiogroup" onKeyDown={chooseByArrows} aria-labelledby="distributions">
        {catalogue.value?.datasets
          .filter(({ kind }) => kind !== "points")
          .map((offer) => (
            <button
              key={offer.kind}
              type="button"
              role="radio"
              aria-checked={chosen === offer.kind}
              aria-label={offer.title}
              title={[offer.title, offer.summary].filter(Boolean).join(": ")}
              class="thumbnail"
              disabled={!ready}
              onClick={() => chooseDataset(offer.kind)}
            >
              <Thumbnail samples={offer.thumbnail} />
            </button>
          ))}
        <Upload chosen={chosen === "points"} disabled={!ready} />
      </div>
    </section>
  );
}

function Upload({ chosen, disabled }: { chosen: boolean; disabled: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const read = async (file: File | undefined) => {
    if (!file) return;
    reading.value = true;
    try {
      chooseDataset("points", await readPoints(file));
      notice.value = null;
    } catch (error) {
      notice.value = { tone: "fault", text: (error as Error).message };
    } finally {
      reading.value = false;
    }
  };
  const own = draft.value?.dataset.values;
  return (
    <>
      <button
        type="button"
        class="thumbnail"
        role="radio"
        data-asks
        aria-checked={chosen}
        aria-label="Your own points: upload a CSV or NPY file"
        title="Your own points: two columns of a CSV, or an (n, 2) array in an NPY file"
        disabled={disabled || reading.value}
        onClick={() => input.current?.click()}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void read(event.dataTransfer?.files[0]);
        }}
      >
        {chosen && Array.isArray(own) ? <Thumbnail samples={own as number[][]} fit /> : <Icons.Upload />}
      </button>
      <input
        ref={input}
        type="file"
        accept=".csv,.tsv,.txt,.npy"
        hidden
        onChange={(event) => {
          void read(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
