/** One image, each of its pixels a square. */
import { useEffect, useRef } from "preact/hooks";
import type { NumericArray } from "../protocol/frame";
import { fillSheet } from "../stage";

const RANGE = [-1, 1] as const;

interface PictureProps {
  /** (1, C, H, W). */
  image: NumericArray;
  /** What it is, for who does not see it; "" where that is said around it. */
  label: string;
  class?: string;
}

export function Picture({ image, label, class: kind = "" }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current!;
    const shape = image.shape as [number, number, number, number];
    const [, , height, width] = shape;
    element.width = width;
    element.height = height;
    const context = element.getContext("2d");
    if (!context) return;
    const pixels = context.createImageData(width, height);
    fillSheet(pixels.data, image.values, image.values, 1, shape, RANGE);
    context.putImageData(pixels, 0, 0);
  }, [image]);
  const named = label ? ({ role: "img", "aria-label": label } as const) : { "aria-hidden": true };
  return <canvas ref={canvas} class={`picture ${kind}`} {...named} />;
}
