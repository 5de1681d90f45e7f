/** The question: thumbnails drawn from the distributions' own samples, and the way in for the user's points. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { chooseDataset, draw, takeFiles } from "../actions/choice";
import { ownPictures, picturesOffer, recallPictures } from "../form/pictures";
import { digestOf, fileOf, onStage, ownDataset, ownPoints, recall, type Taken } from "../form/points";
import { chooseByArrows, radio, showChosen } from "../form/radios";
import * as Icons from "../Icons";
import type { OwnPictures } from "../protocol/wire";
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
          .filter(({ table, pictures }) => !table && !pictures)
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
        <Upload chosen={isOwn(chosen) && !drawing.value} disabled={!ready} />
        <Draw disabled={!ready} />
      </div>
      <Reading />
    </section>
  );
}

/** Whether a distribution is of points or pictures of one's own. */
const isOwn = (kind: string | undefined): boolean =>
  kind !== undefined &&
  [ownDataset(catalogue.value)?.kind, picturesOffer(catalogue.value)?.kind].includes(kind);

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
  const samples = own ? onStage(own) : chosen ? ownPictures(draft.value?.dataset)?.preview : undefined;
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
        aria-label="Your own points or pictures: upload files"
        {...explains(LAB.upload)}
        disabled={disabled || reading.value !== null}
        onClick={() => input.current?.click()}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void take([...(event.dataTransfer?.files ?? [])]);
        }}
      >
        {samples ? <Thumbnail samples={samples} /> : <Icons.Upload />}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          void take([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

/** What the server read of the points, with what one should know of them, or why it refuses them. */
function Reading() {
  const digest = digestOf(draft.value?.dataset);
  const ready = catalogue.value !== null;
  const pictured = draft.value?.dataset.kind === picturesOffer(catalogue.value)?.kind;
  useEffect(() => {
    if (!ready) return; // whether they are points or pictures
    const known = pictured && digest !== null ? recallPictures(digest) : recall(digest);
    known.catch((error: Error) => {
      refused.value = sentence(error.message);
    });
  }, [digest, pictured, ready]);
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
  const pictures = pictured && !drawing.value ? ownPictures(draft.value?.dataset) : null;
  if (pictures)
    return (
      <>
        {fault}
        <p class="small muted read" role="status">
          {[`${inWordsOfPictures(pictures)} were read`, ...pictures.messages].map(sentence).join(" ")}
        </p>
      </>
    );
  const own = ownPoints(draft.value?.dataset);
  if (!own || drawing.value) return fault;
  const file = fileOf(own);
  return (
    <>
      {fault}
      {file && own.columns.length > 2 && <Columns read={own} choose={(taken) => void take([file], taken)} />}
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

/** "60 pictures of 12 × 12 pixels in colour". */
function inWordsOfPictures({ rows, shape }: OwnPictures): string {
  const [channels, height, width] = shape;
  const tone = channels === 3 ? "in colour" : "in grey";
  return `${rows.toLocaleString("en")} pictures of ${width} × ${height} pixels ${tone}`;
}

async function take(files: readonly File[], taken?: Taken): Promise<void> {
  if (files.length === 0 || reading.value) return;
  refused.value = null;
  try {
    await takeFiles(files, taken);
  } catch (error) {
    refused.value = sentence((error as Error).message);
  }
}

/** A table that is pasted anywhere but in a field counts as a file. */
function onPaste(event: ClipboardEvent): void {
  if ((event.target as Element).closest("input, textarea, select")) return;
  const files = [...(event.clipboardData?.files ?? [])];
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!catalogue.value || !(files.length > 0 || text.includes("\n"))) return;
  event.preventDefault();
  void take(files.length > 0 ? files : [new File([text], "pasted.csv")]);
}
