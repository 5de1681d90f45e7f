/** Which frame of a run stands on its stage: the newest that is not later than the clock. */
import { type DecodedFrame, over } from "../protocol/frame";
import { lastAt } from "../run/history";

/** Frames that came while the run was watched and that are kept: about 80 kB each. */
const MOST = 48;

/** The frames of a run that came of late; where there are too many, those go whose neighbours are nearest. */
export class Reel {
  private frames: DecodedFrame[] = [];

  /** Keeps a frame, over the one before; one of an earlier update than the newest means that the run has gone back. */
  add(frame: DecodedFrame): void {
    this.frames = this.frames.filter(({ step }) => step < frame.step);
    this.frames.push(over(frame, this.frames.at(-1)));
    if (this.frames.length > MOST) this.frames.splice(this.closest(), 1);
  }

  /** The newest that is not later than an update. */
  at(step: number): DecodedFrame | null {
    return this.frames[lastAt(this.frames, step)] ?? null;
  }

  private closest(): number {
    let [found, least] = [1, Number.POSITIVE_INFINITY];
    for (let i = 1; i + 1 < this.frames.length; i++) {
      const gap = (this.frames[i + 1]!.step - this.frames[i - 1]!.step) / (this.frames[i]!.step + 1);
      if (gap < least) [found, least] = [i, gap];
    }
    return found;
  }
}

/** The update of the keyframe to show at an update: where a frame that came is newer, that one is shown, and this is null. */
export function keyframeFor(keyframes: { step: number }[], came: number | null, step: number): number | null {
  const found = keyframes[lastAt(keyframes, step)]?.step ?? null;
  return found === null || (came !== null && came >= found) ? null : found;
}
