/** An image of one's own as a run's images are: its middle, scaled, in grey values or colours. */
import type { NumericArray } from "../protocol/frame";

/** Reads a picture to the shape (1, C, H, W); throws an Error in words where it is none. */
export async function readImage(file: File, shape: readonly number[]): Promise<NumericArray> {
  const [, channels, height, width] = shape as [number, number, number, number];
  const picture = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name} is no picture that this browser reads; take a PNG or a JPEG.`);
  });
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d")!;
  context.imageSmoothingQuality = "high";
  const scale = Math.max(width / picture.width, height / picture.height);
  const [across, down] = [picture.width * scale, picture.height * scale];
  context.drawImage(picture, (width - across) / 2, (height - down) / 2, across, down);
  picture.close();
  return toGrey(context.getImageData(0, 0, width, height).data, channels, height, width);
}

/** RGBA bytes as (1, C, H, W) in [-1, 1]; one channel is the luma of the three. */
export function toGrey(
  bytes: ArrayLike<number>,
  channels: number,
  height: number,
  width: number,
): NumericArray {
  const plane = height * width;
  const values = new Float32Array(channels * plane);
  for (let p = 0; p < plane; p++) {
    const [red, green, blue] = [bytes[4 * p]!, bytes[4 * p + 1]!, bytes[4 * p + 2]!];
    const own = channels === 1 ? [0.299 * red + 0.587 * green + 0.114 * blue] : [red, green, blue];
    own.forEach((value, channel) => {
      values[channel * plane + p] = value / 127.5 - 1;
    });
  }
  return { shape: [1, channels, height, width], values };
}
