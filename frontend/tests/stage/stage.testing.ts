/** A stage on a canvas that counts what is drawn, and frames of a bowl. */
import type { DecodedFrame } from "../../src/protocol/frame";
import { PLAIN_UNITS } from "../../src/protocol/units";
import { createStage, type Stage } from "../../src/stage";
import { frameWith } from "../frames.testing";
import { fieldOf } from "./fields.testing";

/** A canvas whose context accepts everything and counts the calls by name. */
export function fakeCanvas(): { canvas: HTMLCanvasElement; calls: Map<string, number> } {
  const calls = new Map<string, number>();
  const context = new Proxy({} as Record<string, unknown>, {
    get: (values, name: string) => {
      if (name in values) return values[name];
      return (...sizes: number[]) => {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        if (name === "createImageData") {
          const [width, height] = sizes as [number, number];
          return { data: new Uint8ClampedArray(4 * width * height) };
        }
        return { addColorStop: () => undefined };
      };
    },
    set: (values, name: string, value) => {
      values[name] = value;
      return true;
    },
  });
  const document = { defaultView: null, createElement: () => element } as unknown as Document;
  const element = {
    width: 0,
    height: 0,
    clientWidth: 60,
    ownerDocument: document,
    getContext: () => context,
  };
  return { canvas: element as unknown as HTMLCanvasElement, calls };
}

export function stageOf(): { stage: Stage; draws: (now: number) => number } {
  const { canvas, calls } = fakeCanvas();
  const stage = createStage(canvas, { theme: "dark" });
  stage.resize(90, 1);
  const draws = (now: number) => {
    calls.clear();
    stage.draw(now);
    return calls.get("fillRect") ?? 0;
  };
  return { stage, draws };
}

export function frame(step: number, center: number | null, units = PLAIN_UNITS): DecodedFrame {
  const field = fieldOf((x, y) => ((x - (center ?? 0)) ** 2 + y * y) / 2, 64);
  return frameWith({
    step,
    units,
    landscape: center === null ? null : { ...field, units, lo: 0, hi: 1 },
    arrays: { chains: { shape: [2, 2], values: new Float32Array([0, 0, 1, step / 10]) } },
  });
}
