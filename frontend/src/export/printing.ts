/** Stages and charts as pictures at print size: PNG, and SVG with lines, points and letters as shapes. */
import { picture } from "../charts/Plot";
import { SvgCanvas } from "../stage/svg";
import { still } from "./canvases";
import type { ChartToPrint, Looks, SubjectRun } from "./subject";

/** Pixels between stages that stand beside each other, as a share of one. */
const GAP = 0.02;

/** All stages beside each other, each so many pixels wide. */
export async function stagePng(runs: SubjectRun[], looks: Looks, pixels: number): Promise<Blob> {
  const gap = Math.round(GAP * pixels);
  const whole = document.createElement("canvas");
  whole.width = runs.length * (pixels + gap) - gap;
  whole.height = pixels;
  const context = whole.getContext("2d") as CanvasRenderingContext2D;
  for (const [i, { frame }] of runs.entries()) {
    if (!frame) continue;
    const { element } = await still(looks, frame, pixels);
    context.drawImage(element, i * (pixels + gap), 0);
  }
  const blob = await new Promise<Blob | null>((done) => whole.toBlob(done, "image/png"));
  if (!blob)
    throw new Error(`this browser makes no picture of ${whole.width} × ${whole.height} pixels: choose fewer`);
  return blob;
}

/** One stage as SVG: the map is an image in it, all else are shapes. */
export async function stageSvg(run: SubjectRun, looks: Looks, pixels: number): Promise<Blob> {
  if (!run.frame) throw new Error("there is nothing on the stage yet");
  const { stage } = await still({ ...looks, orbit: null }, run.frame, pixels);
  if (!stage) throw new Error("images are no lines: save them as PNG");
  const svg = new SvgCanvas();
  svg.width = pixels;
  svg.height = pixels;
  stage.drawAgain(svg.getContext(), svg.document);
  return new Blob([svg.written(`${run.title}, update ${run.frame.step}`)], { type: "image/svg+xml" });
}

/** Inches that a chart is wide in print, by the pixels that letters are measured in. */
const [WIDE, HIGH] = [640, 360];

/** A chart as a picture. */
export async function chartPicture(
  { x, y, figure }: ChartToPrint,
  format: "png" | "svg",
  pixels: number,
  background: string,
): Promise<Blob> {
  const { data, layout } = figure();
  const axis = (name: string, text: string) => ({
    ...(layout[name] as object),
    showticklabels: true,
    automargin: true,
    title: { text, font: { size: 13 } },
  });
  const printed = {
    data,
    layout: {
      ...layout,
      margin: { l: 24, r: 64, t: 16, b: 48 },
      paper_bgcolor: background,
      plot_bgcolor: background,
      xaxis: { ...axis("xaxis", x), showline: true },
      yaxis: axis("yaxis", y),
    },
  };
  const address = await picture(printed, { format, width: WIDE, height: HIGH, scale: pixels / WIDE });
  return (await fetch(address)).blob();
}
