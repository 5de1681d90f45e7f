/** The question: thumbnails drawn from the distributions' own samples, and the way in for the user's points. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { chooseDataset, draw, takeFile } from "../actions/choice";
import { digestOf, fileOf, onStage, ownDataset, ownPoints, recall, type Taken } from "../form/points";
import { chooseByArrows, radio, showChosen } from "../form/radios";
import * as Icons from "../Icons";
import { catalogue, draft, drawing, fields, reading, titleOf } from "../state";
import { explains, ofPlugIn } from "../words/explaining";
import { sentence } from "../words/format";
import { inWordsOf } from "../words/settings";
import { LAB } from "../words/terms";
import { Columns } from "./Columns";
import { Thumbnail } from "./Thumbnail";

/** Why the newest file is refused. */
const refused = signal<string | null>(null);

export function Distributions() {
  const chosen = draft.value?.dataset.kind;
  const ready = catalogue.value !== null;
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => showChosen(group.current), [ready, chosen]);
  return (
    <section class="choices" aria-labelledby="distributions">
      <div class="heading">
        <h2 id="distributions">Distribution</h2>
        <span class="small muted">{titleOf(drawing.value ? ownDataset(catalogue.value)?.kind : chosen)}</span>
      </div>
      <div
        ref={group}
        class="thumbnails"
        role="radiogroup"
        onKeyDown={chooseByArrows}
        aria-labelledby="distributions"
      >
        {catalogue.value?.datasets
          .filter(({ table }) => !table)
          .map((offer) => (
            <button
              key={offer.kind}
              {...radio(chosen === offer.kind && !drawing.value)}
              aria-label={offer.title}
              {...explains(ofPlugIn(offer))}
              class="thumbnail"
              disabled={!ready}
              onClick={() => {
                refused.value = null;
                chooseDataset(offer.kind);
              }}
            >
              <Thumbnail samples={offer.thumbnail} />
            </button>
          ))}
        <Upload
          chosen={chosen !== undefined && chosen === ownDataset(catalogue.value)?.kind && !drawing.value}
          disabled={!ready}
        />
        <Draw disabled={!ready} />
      </div>
      <Reading />
    </section>
  );
}

function Draw({ disabled }: { disabled: boolean }) {
  return (
    <button
      {...radio(drawing.value)}
      class="thumbnail"
      data-asks
      aria-label="Draw your own points"
      {...explains(LAB.draw)}
      disabled={disabled}
      onClick={() => {
        refused.value = null;
        void draw();
      }}
    >
      <Icons.Pencil />
    </button>
  );
}

function Upload({ chosen, disabled }: { chosen: boolean; disabled: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const own = chosen ? ownPoints(draft.value?.dataset) : null;
  useEffect(() => {
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  }, []);
  return (
    <>
      <button
        {...radio(chosen)}
        class="thumbnail"
        data-asks
        aria-label="Your own points: upload a CSV or NPY file"
        {...explains(LAB.upload)}
        disabled={disabled || reading.value !== null}
        onClick={() => input.current?.click()}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void take(event.dataTransfer?.files[0]);
        }}
      >
        {own ? <Thumbnail samples={onStage(own)} /> : <Icons.Upload />}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        onChange={(event) => {
          void take(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

/** What the server read of the points, with what one should know of them, or why it refuses them. */
function Reading() {
  const digest = digestOf(draft.value?.dataset);
  useEffect(() => {
    recall(digest).catch((error: Error) => {
      refused.value = sentence(error.message);
    });
  }, [digest]);
  if (reading.value)
    return (
      <p class="small muted read" role="status">
        Reading {reading.value.name} …
      </p>
    );
  const fault = refused.value && (
    <p class="small fault" role="alert">
      {refused.value}
    </p>
  );
  const own = ownPoints(draft.value?.dataset);
  if (!own || drawing.value) return fault;
  const file = fileOf(own);
  return (
    <>
      {fault}
      {file && own.columns.length > 2 && <Columns read={own} choose={(taken) => void take(file, taken)} />}
      <p class="small muted read" role="status">
        {[
          `${own.rows.toLocaleString("en")} points were read`,
          ...own.messages.map((text) => inWordsOf(fields.value, text)),
        ]
          .map(sentence)
          .join(" ")}
      </p>
    </>
  );
}

async function take(file: File | undefined, taken?: Taken): Promise<void> {
  if (!file || reading.value) return;
  refused.value = null;
  try {
    await takeFile(file, taken);
  } catch (error) {
    refused.value = sentence((error as Error).message);
  }
}

/** A table that is pasted anywhere but in a field counts as a file. */
function onPaste(event: ClipboardEvent): void {
  if ((event.target as Element).closest("input, textarea, select")) return;
  const [file] = event.clipboardData?.files ?? [];
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!catalogue.value || !(file || text.includes("\n"))) return;
  event.preventDefault();
  void take(file ?? new File([text], "pasted.csv"));
}
