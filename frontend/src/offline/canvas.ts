/** A canvas of the file that is kept drawn, the size of its box. */
import { useEffect } from "preact/hooks";
import { loop } from "../run/loop";

export function useCanvas(
  canvas: { current: HTMLCanvasElement | null },
  make: (element: HTMLCanvasElement) => {
    resize: (size: number, dpr: number) => void;
    draw: (now: number) => void;
  },
): void {
  useEffect(() => {
    const element = canvas.current!;
    const painter = make(element);
    const size = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width);
      if (width > 0) painter.resize(width, devicePixelRatio);
    });
    size.observe(element);
    const remove = loop.add({ every: 0, draw: painter.draw });
    return () => {
      remove();
      size.disconnect();
    };
  }, []);
}
