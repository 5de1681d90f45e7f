/** One request at a time: while it is under way only the newest of those that come is kept, and sent after it. */

export class Latest<Question> {
  private busy = false;
  private next: { question: Question } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `ask` settles the question whatever comes of it, and never throws. */
  constructor(
    private readonly ask: (question: Question) => Promise<void>,
    private readonly delay: number,
  ) {}

  /** Asks after the delay, unless a newer question comes within it. */
  soon(question: Question): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(question), this.delay);
  }

  now(question: Question): void {
    clearTimeout(this.timer);
    this.next = { question };
    if (!this.busy) void this.run();
  }

  private async run(): Promise<void> {
    this.busy = true;
    while (this.next) {
      const { question } = this.next;
      this.next = null;
      await this.ask(question);
    }
    this.busy = false;
  }
}
