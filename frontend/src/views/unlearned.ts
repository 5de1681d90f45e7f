/** What is on the stage, before anything is trained too: then, samples of the chosen distribution. */
import { computed } from "@preact/signals";
import { drawingFrame } from "../drawing/state";
import { ownPictures } from "../form/pictures";
import { onStage, ownPoints } from "../form/points";
import type { DecodedFrame } from "../protocol/frame";
import { PLAIN_UNITS, unitsOf } from "../protocol/units";
import type { DatasetInfo } from "../protocol/wire";
import {
  catalogue,
  draft,
  drawing,
  history,
  info,
  moment,
  momentFrame,
  recordedFrame,
  untrained,
} from "../state";
import { isImages } from "./Thumbnail";

/** A frame that holds nothing but data: points (n, 2), or images (n, C, H, W) brought from [0, 1] to the [-1, 1] of frames. */
export function frameOfSamples(
  name: string,
  samples: DatasetInfo["thumbnail"],
  units = PLAIN_UNITS,
): DecodedFrame {
  const values = Float32Array.from(samples.flat(3) as number[]);
  const shape = [samples.length, 2];
  if (isImages(samples)) {
    for (let i = 0; i < values.length; i++) values[i] = 2 * values[i]! - 1;
    const channels = samples[0]!;
    shape.splice(1, 1, channels.length, channels[0]!.length, channels[0]![0]!.length);
  }
  return {
    run: name,
    step: 0,
    seconds: 0,
    metrics: {},
    units,
    landscape: null,
    arrays: { data: { shape, values } },
  };
}

/** Samples of the chosen distribution, which stay on the stage until a run has its first frame. */
export const previewFrame = computed<DecodedFrame | null>(() => {
  const dataset = draft.value?.dataset;
  if (!dataset) return null;
  const own = ownPoints(dataset);
  if (own) return frameOfSamples(`preview ${own.digest}`, onStage(own), unitsOf(own.window));
  const pictures = ownPictures(dataset);
  if (pictures) return frameOfSamples(`preview ${pictures.digest}`, pictures.preview);
  const samples = catalogue.value?.datasets.find(({ kind }) => kind === dataset.kind)?.thumbnail;
  return frameOfSamples(`preview ${dataset.kind}`, samples ?? []);
});

/** The frame on the stage: the drawing, a recording, the untrained choice, a moment of the past, or the newest. */
export const shownFrame = computed<DecodedFrame | null>(() => {
  if (drawing.value) return drawingFrame.value;
  if (recordedFrame.value) return recordedFrame.value;
  if (untrained.value) return previewFrame.value;
  if (moment.value !== null) return momentFrame.value;
  return history.value?.frame ?? (endedAtOnce.value ? previewFrame.value : null);
});

/** The run came to its end before it had anything to show. */
const endedAtOnce = computed(() => info.value?.state === "failed" || info.value?.state === "stopped");
