/** What the socket has brought since the page last looked: every ordered message, and the newest frame of each run. */
import type { FrameMessage, ServerMessage, WireFrame } from "./wire";

export interface Delivery {
  ordered: Exclude<ServerMessage, FrameMessage>[];
  frames: { frame: WireFrame & { run: string }; at: number }[];
}

export class Inbox {
  private ordered: Delivery["ordered"] = [];
  private frames = new Map<string, Delivery["frames"][number]>();

  /** Keeps a message. A newer frame replaces an older one, but never loses what it does not renew. */
  store(message: ServerMessage, now: number): void {
    if (message.type !== "frame") {
      this.ordered.push(message);
      return;
    }
    const older = this.frames.get(message.run)?.frame;
    const frame = older
      ? {
          ...message,
          landscape: message.landscape ?? older.landscape,
          arrays: { ...older.arrays, ...message.arrays },
        }
      : message;
    this.frames.set(message.run, { frame, at: now });
  }

  /** Hands everything over and forgets it. */
  take(): Delivery {
    const delivery = { ordered: this.ordered, frames: [...this.frames.values()] };
    this.ordered = [];
    this.frames.clear();
    return delivery;
  }

  get empty(): boolean {
    return this.ordered.length === 0 && this.frames.size === 0;
  }
}
