/** A hole in an image: which pixels a brush opens. */

export interface Hole {
  width: number;
  height: number;
  /** By row and column. */
  open: boolean[];
}

export const closed = (width: number, height: number): Hole => ({
  width,
  height,
  open: new Array<boolean>(width * height).fill(false),
});

export const isOpen = ({ open }: Hole): boolean => open.some(Boolean);

/** A brush as wide as a fifth of the image, and a pixel at the least. */
export const radiusOf = ({ width, height }: Hole): number => Math.max(0.6, Math.min(width, height) / 10);

/** The hole with a stroke from one place to another, in pixels from the upper left corner. */
export function brushed(hole: Hole, from: [number, number], to: [number, number]): Hole {
  const radius = radiusOf(hole);
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const squared = dx * dx + dy * dy;
  const open = hole.open.map((before, i) => {
    if (before) return true;
    const [x, y] = [(i % hole.width) + 0.5, Math.floor(i / hole.width) + 0.5];
    const share = squared === 0 ? 0 : ((x - from[0]) * dx + (y - from[1]) * dy) / squared;
    const along = Math.min(1, Math.max(0, share));
    return Math.hypot(x - from[0] - along * dx, y - from[1] - along * dy) <= radius;
  });
  return { ...hole, open };
}

/** The pixel that an arrow key leads to from another. */
export function pixelBeside(
  { width, height }: Hole,
  [x, y]: [number, number],
  key: string,
): [number, number] | null {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!way) return null;
  const held = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  return [held(x + way[0]!, width), held(y + way[1]!, height)];
}
