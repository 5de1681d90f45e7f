/** Which runs the socket watches, and for whom: parts of the page say what they want of a run, and it is asked the most. */

/** What a part of the page wants of a run; without frames it gets metrics and events alone. */
export interface Wish {
  framesPerSecond: number;
  landscapes: boolean;
}

interface Watcher {
  watch: (run: string, framesPerSecond: number, landscapes: boolean) => void;
  unwatch: (run: string) => void;
}

export class Watching {
  private readonly wishes = new Map<string, Map<string, Wish>>();

  constructor(private readonly socket: Watcher) {}

  /** Says what a part of the page wants of a run; null takes it back. */
  want(who: string, run: string, wish: Wish | null): void {
    const wishes = this.wishes.get(run) ?? new Map<string, Wish>();
    if (wish) wishes.set(who, wish);
    else if (!wishes.delete(who)) return;
    if (wishes.size === 0) {
      this.wishes.delete(run);
      this.socket.unwatch(run);
      return;
    }
    this.wishes.set(run, wishes);
    const all = [...wishes.values()];
    const framesPerSecond = Math.max(...all.map((one) => one.framesPerSecond));
    const landscapes = all.some((one) => one.landscapes && one.framesPerSecond > 0);
    this.socket.watch(run, framesPerSecond, landscapes);
  }
}
