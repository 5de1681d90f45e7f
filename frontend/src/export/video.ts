/** Runs as a video, made in the page: every picture is drawn and encoded by itself, however long that takes. */
import type { DecodedFrame } from "../protocol/frame";
import { background } from "../stage/palette";
import { count } from "../words/format";
import { type Canvas, canvasOf } from "./canvases";
import { type Span, type Subject, within } from "./subject";

export type Container = "webm" | "mp4";

export const PER_SECOND = 24;
/** Seconds that the last moment stays. */
const REST = 1;
const [GAP, CAPTION] = [8, 26];

export interface Wanted {
  container: Container;
  /** Pixels of each stage. */
  width: number;
  /** From the first moment to the last. */
  seconds: number;
  span: Span;
}

/** How many pictures a video has. */
export const pictures = ({ seconds }: Pick<Wanted, "seconds">) => Math.round((seconds + REST) * PER_SECOND);

const CODECS: Record<Container, ("vp9" | "vp8" | "avc")[]> = { webm: ["vp9", "vp8"], mp4: ["avc"] };

/** The containers that this browser can write. */
export async function containers(): Promise<Container[]> {
  if (!("VideoEncoder" in globalThis)) return [];
  const { getFirstEncodableVideoCodec } = await import("mediabunny");
  const found: Container[] = [];
  for (const container of ["webm", "mp4"] as const)
    if (await getFirstEncodableVideoCodec(CODECS[container])) found.push(container);
  return found;
}

/** Makes the video; `tell` hears which share is made, and `signal` gives it up. */
export async function video(
  subject: Subject,
  wanted: Wanted,
  tell: (share: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const { Output, WebMOutputFormat, Mp4OutputFormat, BufferTarget, CanvasSource, ...rest } = await import(
    "mediabunny"
  );
  const codec = await rest.getFirstEncodableVideoCodec(CODECS[wanted.container]);
  if (!codec) throw new Error(`this browser writes no ${wanted.container}: choose another kind`);
  const sheet = await Sheet.of(subject, wanted.width);
  const format = wanted.container === "webm" ? new WebMOutputFormat() : new Mp4OutputFormat();
  const output = new Output({ format, target: new BufferTarget() });
  const source = new CanvasSource(sheet.element, { codec, bitrate: rest.QUALITY_MEDIUM });
  output.addVideoTrack(source, { frameRate: PER_SECOND });
  await output.start();
  const [first, last] = within(subject, wanted.span);
  const whole = pictures(wanted);
  try {
    for (let i = 0; i < whole; i++) {
      if (signal.aborted) throw new DOMException("given up", "AbortError");
      const share = Math.min(1, i / Math.max(1, wanted.seconds * PER_SECOND));
      await sheet.draw(Math.floor(first + share * (last - first)), (1000 * i) / PER_SECOND);
      await source.add(i / PER_SECOND, 1 / PER_SECOND);
      tell((i + 1) / whole);
    }
    await output.finalize();
  } catch (error) {
    await output.cancel();
    throw error;
  }
  return new Blob([output.target.buffer!], { type: `video/${wanted.container}` });
}

/** The stages beside each other, with what stands below each. */
class Sheet {
  private readonly context: CanvasRenderingContext2D;
  private shown: (DecodedFrame | null)[];

  private constructor(
    readonly element: HTMLCanvasElement,
    private readonly subject: Subject,
    private readonly canvases: Canvas[],
    private readonly width: number,
  ) {
    this.context = element.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    this.shown = canvases.map(() => null);
  }

  static async of(subject: Subject, width: number): Promise<Sheet> {
    const { runs, looks, moments } = subject;
    const canvases: Canvas[] = [];
    for (const [i, run] of runs.entries()) {
      const frame = await run.film.frame(moments[0]![i]!);
      canvases.push(await canvasOf(looks, frame, width));
    }
    const element = document.createElement("canvas");
    // encoders want even sides
    element.width = 2 * Math.ceil((runs.length * (width + GAP) - GAP) / 2);
    element.height = 2 * Math.ceil((width + CAPTION) / 2);
    return new Sheet(element, subject, canvases, width);
  }

  /** Draws a moment at a time in milliseconds: what moves is on its way from the one before. */
  async draw(place: number, now: number): Promise<void> {
    const { context, subject, canvases, width, element } = this;
    const { theme } = subject.looks;
    context.fillStyle = background(theme);
    context.fillRect(0, 0, element.width, element.height);
    for (const [i, canvas] of canvases.entries()) {
      const run = subject.runs[i]!;
      const frame = await run.film.frame(subject.moments[place]![i]!);
      if (frame !== this.shown[i]) canvas.show(frame);
      this.shown[i] = frame;
      canvas.draw(now);
      const left = i * (width + GAP);
      context.drawImage(canvas.element, left, 0, width, width);
      this.caption(run.title, `update ${count(frame.step)}`, left);
    }
  }

  private caption(title: string, update: string, left: number): void {
    const { context, width, subject } = this;
    context.fillStyle = subject.looks.theme === "dark" ? "#e8ebef" : "#1b1f25";
    context.font = '13px "Inter", system-ui, sans-serif';
    context.textBaseline = "middle";
    const y = width + CAPTION / 2;
    context.textAlign = "right";
    context.fillText(update, left + width - 6, y);
    const room = width - 20 - context.measureText(update).width;
    context.textAlign = "left";
    context.fillText(title, left + 6, y, Math.max(room, 10));
  }
}
