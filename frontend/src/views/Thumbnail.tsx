/** A few hundred samples of a distribution in a square of a few pixels. */
import { useEffect, useRef } from "preact/hooks";
import type { DatasetInfo } from "../protocol/wire";
import { theme } from "../theme";

const EXTENT = 4.6;
const SIZE = 30;

export function Thumbnail({ samples }: { samples: DatasetInfo["thumbnail"] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colors = theme.value;
  useEffect(() => {
    const element = canvas.current!;
    const scale = Math.max(1, Math.round(devicePixelRatio * 2) / 2);
    element.width = element.height = SIZE * scale;
    const context = element.getContext("2d");
    if (!context) return;
    if (samples.length === 0) drawEmpty(context, SIZE * scale);
    else if (isImages(samples)) drawImages(context, samples, SIZE * scale);
    else drawPoints(context, samples as number[][], SIZE * scale, scale);
  }, [samples, colors]);
  return <canvas ref={canvas} style={{ width: `${SIZE}px`, height: `${SIZE}px` }} />;
}

export function isImages(samples: DatasetInfo["thumbnail"]): samples is number[][][][] {
  return Array.isArray(samples[0]?.[0]);
}

function drawPoints(
  context: CanvasRenderingContext2D,
  points: number[][],
  size: number,
  scale: number,
): void {
  context.fillStyle = getComputedStyle(context.canvas).getPropertyValue("--data");
  context.globalAlpha = 0.8;
  const side = scale;
  const stride = Math.ceil(points.length / 260);
  for (let i = 0; i < points.length; i += stride) {
    const [x, y] = points[i] as [number, number];
    context.fillRect(
      ((x + EXTENT) / (2 * EXTENT)) * size - side / 2,
      ((EXTENT - y) / (2 * EXTENT)) * size - side / 2,
      side,
      side,
    );
  }
}

/** Frames of four images that are not here yet. */
function drawEmpty(context: CanvasRenderingContext2D, size: number): void {
  context.strokeStyle = getComputedStyle(context.canvas).getPropertyValue("--data");
  const tile = (size - 6) / 2;
  for (const [left, top] of [0, 1, 2, 3].map((i) => [i % 2, Math.floor(i / 2)] as const))
    context.strokeRect(2.5 + left * (tile + 2), 2.5 + top * (tile + 2), tile - 1, tile - 1);
}

/** Four images in a square. */
function drawImages(context: CanvasRenderingContext2D, images: number[][][][], size: number): void {
  const rows = images[0]![0]!.length;
  const columns = images[0]![0]![0]!.length;
  const sheet = document.createElement("canvas");
  sheet.width = columns;
  sheet.height = rows;
  const small = sheet.getContext("2d")!;
  const gap = 2;
  const tile = (size - 3 * gap) / 2;
  context.imageSmoothingEnabled = false;
  for (let i = 0; i < Math.min(4, images.length); i++) {
    const pixels = small.createImageData(columns, rows);
    pixels.data.fill(255);
    const channels = images[i]!.map((channel) => channel.flat());
    for (let at = 0; at < rows * columns; at++)
      for (let color = 0; color < 3; color++)
        pixels.data[4 * at + color] = Math.round(255 * channels[color % channels.length]![at]!);
    small.putImageData(pixels, 0, 0);
    context.drawImage(
      sheet,
      gap + (i % 2) * (tile + gap),
      gap + Math.floor(i / 2) * (tile + gap),
      tile,
      tile,
    );
  }
}
