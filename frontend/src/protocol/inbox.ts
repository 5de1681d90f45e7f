/** What the socket has brought since the page last looked: every ordered message, and the newest frame of each run. */
import { over } from "./frame";
import type { FrameMessage, ServerMessage } from "./wire";

export interface Delivery {
  ordered: Exclude<ServerMessage, FrameMessage>[];
  frames: { frame: FrameMessage; at: number }[];
}

export class Inbox {
  private ordered: Delivery["ordered"] = [];
  private frames = new Map<string, Delivery["frames"][number]>();

  /** Keeps a message; a frame is put over the one before it. */
  store(message: ServerMessage, now: number): void {
    if (message.type !== "frame") {
      this.ordered.push(message);
      return;
    }
    const older = this.frames.get(message.run)?.frame;
    this.frames.set(message.run, { frame: over(message, older), at: now });
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
