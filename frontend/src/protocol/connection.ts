/** The page's one websocket: watches runs, reconnects with back-off, and catches up where it left off. */
import { decode, encode } from "@msgpack/msgpack";
import type { PageMessage, ServerMessage } from "./wire";

export const FIRST_WAIT = 250;
export const LONGEST_WAIT = 5000;
const PING_EVERY = 4000;
const SILENCE = 12000;
/** Milliseconds until a connection that neither opens nor fails is given up: something holds it up. */
const OPENS_WITHIN = 10000;

/** What is said of something from the server that the page does not understand. */
export function unreadable(error: unknown): string {
  return `The server sent what this page cannot read (${(error as Error).message}). Reload the page.`;
}

export type Link =
  | { state: "idle" }
  | { state: "connecting" }
  | { state: "open" }
  | { state: "lost"; retryAt: number };

/** Milliseconds to wait before the attempt numbered from 0: doubling from 250 ms to 5 s. */
export function backOff(attempt: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt);
}

/** The part of a WebSocket that is used. */
export interface Socket {
  binaryType: BinaryType;
  readyState: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** What is wanted of a run that is watched. */
interface Wanted {
  frames_per_second: number;
  landscapes: boolean;
}

export interface ConnectionOptions {
  open: () => Socket;
  /** Only stores the message; drawing is the loop's work. */
  store: (message: ServerMessage, now: number) => void;
  changed: (link: Link) => void;
  /** Newest sequence number known of a run: where to go on after a reconnect. */
  after: (run: string) => number;
  roundTrip?: (milliseconds: number) => void;
  now?: () => number;
}

export class Connection {
  private socket: Socket | null = null;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;
  private opens: ReturnType<typeof setTimeout> | undefined;
  private pinged = 0;
  private heard = 0;
  private watched = new Map<string, Wanted>();
  private readonly now: () => number;

  constructor(private readonly options: ConnectionOptions) {
    this.now = options.now ?? (() => performance.now());
  }

  /** Follows a run at a number of frames a second, with landscapes or without; connects first where needed. */
  watch(run: string, framesPerSecond: number, landscapes = true): void {
    const wanted = { frames_per_second: framesPerSecond, landscapes };
    this.watched.set(run, wanted);
    if (this.socket?.readyState === 1) this.sendWatch(run, wanted);
    else this.connect();
  }

  unwatch(run: string): void {
    if (this.watched.delete(run)) this.send({ type: "unwatch", run });
  }

  /** Connects now; does nothing where a connection is open or under way. */
  connect(): void {
    if (this.socket) return;
    clearTimeout(this.retry);
    this.options.changed({ state: "connecting" });
    let socket: Socket;
    try {
      socket = this.options.open();
    } catch {
      this.tryLater(); // a browser may forbid it outright
      return;
    }
    this.socket = socket;
    this.opens = setTimeout(() => {
      socket.close();
      this.lost(socket);
    }, OPENS_WITHIN);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      clearTimeout(this.opens);
      this.attempt = 0;
      this.heard = this.now();
      this.options.changed({ state: "open" });
      for (const [run, wanted] of this.watched) this.sendWatch(run, wanted);
      this.beat = setInterval(() => this.keepAlive(), PING_EVERY);
    };
    socket.onmessage = (event) => this.receive(event);
    socket.onclose = () => this.lost(socket);
  }

  private receive(event: MessageEvent): void {
    const now = this.now();
    this.heard = now;
    let message: ServerMessage;
    try {
      message = decode(new Uint8Array(event.data as ArrayBuffer)) as ServerMessage;
    } catch (error) {
      message = { type: "error", run: null, message: unreadable(error) };
    }
    if (message.type === "pong") this.options.roundTrip?.(now - this.pinged);
    else this.options.store(message, now);
  }

  /** Asks whether the server is there; after a long silence takes the connection for lost. */
  private keepAlive(): void {
    if (this.now() - this.heard > SILENCE) {
      const silent = this.socket;
      silent?.close();
      if (silent) this.lost(silent);
      return;
    }
    this.pinged = this.now();
    this.send({ type: "ping" });
  }

  private lost(socket: Socket): void {
    if (this.socket !== socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    this.socket = null;
    clearInterval(this.beat);
    clearTimeout(this.opens);
    this.tryLater();
  }

  private tryLater(): void {
    const wait = backOff(this.attempt++);
    this.options.changed({ state: "lost", retryAt: Date.now() + wait });
    this.retry = setTimeout(() => this.connect(), wait);
  }

  private sendWatch(run: string, wanted: Wanted): void {
    this.send({ type: "watch", run, after: this.options.after(run), ...wanted });
  }

  private send(message: PageMessage): void {
    if (this.socket?.readyState === 1) this.socket.send(encode(message) as Uint8Array<ArrayBuffer>);
  }
}
