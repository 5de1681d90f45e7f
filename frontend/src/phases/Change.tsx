/** The map of what an update did to the landscape. */
import { useMemo } from "preact/hooks";
import type { Landscape } from "../protocol/frame";
import { differenceColors } from "../stage";
import { theme } from "../theme";
import { reachOf } from "./drawn";

/** What the whole landscape did, from violet, where it fell, to green, where it rose. */
export function Change({
  change,
  left,
  top,
  width,
}: {
  change: Landscape;
  left: number;
  top: number;
  width: number;
}) {
  const colors = differenceColors[theme.value];
  const href = useMemo(() => painted(change, colors), [change, colors]);
  if (!href) return null;
  return <image href={href} x={left} y={top} width={width} height={width} preserveAspectRatio="none" />;
}

function painted({ values, size }: Landscape, colors: Uint32Array): string | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  if (!context) return null;
  const pixels = context.createImageData(size, size);
  const words = new Uint32Array(pixels.data.buffer);
  const reach = reachOf(values);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const share = Math.min(Math.max(values[row * size + column]! / reach, -1), 1);
      const color = colors[Math.round(((share + 1) / 2) * (colors.length - 1))]!;
      const alpha = Math.round(170 * Math.min(1, 1.6 * Math.abs(share)));
      words[(size - 1 - row) * size + column] = ((color & 0xffffff) | (alpha << 24)) >>> 0;
    }
  }
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}
