/** Frames for tests to fill. */
import type { DecodedFrame } from "../src/protocol/frame";
import { PLAIN_UNITS } from "../src/protocol/units";

/** A frame that shows nothing, but for what is given. */
export function frameWith(more: Partial<DecodedFrame>): DecodedFrame {
  return {
    run: "a",
    step: 0,
    seconds: 0,
    metrics: {},
    units: PLAIN_UNITS,
    landscape: null,
    arrays: {},
    ...more,
  };
}
