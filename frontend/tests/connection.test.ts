/** The socket comes back by itself, at a growing distance, and goes on where it left off. */
import { decode, encode } from "@msgpack/msgpack";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backOff, Connection, type Link, type Socket } from "../src/protocol/connection";

class Wire implements Socket {
  binaryType: BinaryType = "blob";
  readyState = 0;
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  sent: unknown[] = [];
  closed = false;

  send(data: Uint8Array): void {
    this.sent.push(decode(data));
  }
  close(): void {
    this.closed = true;
  }
  accept(): void {
    this.readyState = 1;
    this.onopen?.(new Event("open"));
  }
  drop(): void {
    this.readyState = 3;
    this.onclose?.(new Event("close") as CloseEvent);
  }
  receive(message: unknown): void {
    this.onmessage?.(new MessageEvent("message", { data: encode(message).slice().buffer }));
  }
}

let wires: Wire[];
let links: Link[];
let stored: unknown[];
let known: number;
let connection: Connection;
const newest = () => wires.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  [wires, links, stored, known] = [[], [], [], 0];
  connection = new Connection({
    open: () => {
      wires.push(new Wire());
      return newest();
    },
    store: (message) => stored.push(message),
    changed: (link) => links.push(link),
    after: () => known,
    now: () => Date.now(),
  });
});
afterEach(() => vi.useRealTimers());

it("waits 250 ms first, then twice as long each time, and 5 s at the most", () => {
  expect([0, 1, 2, 3, 4, 5, 50].map(backOff)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
});

describe("a lost connection", () => {
  it("is tried again after the back-off, not before", () => {
    connection.connect();
    newest().accept();
    newest().drop();
    vi.advanceTimersByTime(249);
    expect(wires).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(wires).toHaveLength(2);
    newest().drop();
    vi.advanceTimersByTime(499);
    expect(wires).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(wires).toHaveLength(3);
    expect(links.map(({ state }) => state)).toEqual([
      "connecting",
      "open",
      "lost",
      "connecting",
      "lost",
      "connecting",
    ]);
  });

  it("starts with the shortest wait again after a success", () => {
    connection.connect();
    for (let i = 0; i < 6; i++) {
      newest().drop();
      vi.advanceTimersByTime(5000);
    }
    newest().accept();
    newest().drop();
    const before = wires.length;
    vi.advanceTimersByTime(250);
    expect(wires).toHaveLength(before + 1);
  });

  it("goes on after the newest sequence number that is known", () => {
    connection.watch("a", 15);
    newest().accept();
    const watch = { type: "watch", run: "a", frames_per_second: 15, landscapes: true };
    expect(newest().sent).toEqual([{ ...watch, after: 0 }]);
    known = 41;
    newest().drop();
    vi.advanceTimersByTime(250);
    newest().accept();
    expect(newest().sent).toEqual([{ ...watch, after: 41 }]);
    connection.watch("a", 15, false);
    expect(newest().sent.at(-1)).toEqual({ ...watch, after: 41, landscapes: false });
  });

  it("forgets a run that is no longer watched", () => {
    connection.watch("a", 15);
    newest().accept();
    connection.unwatch("a");
    newest().drop();
    vi.advanceTimersByTime(250);
    newest().accept();
    expect(newest().sent).toEqual([]);
  });
});

it("takes a long silence for a lost connection", () => {
  connection.connect();
  const silent = newest();
  silent.accept();
  vi.advanceTimersByTime(16_000);
  expect(silent.closed).toBe(true);
  vi.advanceTimersByTime(250);
  expect(wires).toHaveLength(2);
});

it("a server that answers pings is not silent", () => {
  connection.connect();
  const wire = newest();
  wire.accept();
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(4000);
    wire.receive({ type: "pong" });
  }
  expect(wire.closed).toBe(false);
  expect(stored).toEqual([]);
});

it("only stores what it receives", () => {
  connection.connect();
  newest().accept();
  newest().receive({ type: "runs" });
  expect(stored).toEqual([{ type: "runs" }]);
});

it("connects once however often it is asked", () => {
  connection.watch("a", 15);
  connection.watch("a", 15);
  connection.connect();
  expect(wires).toHaveLength(1);
});

describe("a connection that is blocked", () => {
  it("by the browser itself is tried again like a lost one", () => {
    let opened = 0;
    const forbidden = new Connection({
      open: () => {
        opened++;
        throw new DOMException("forbidden", "SecurityError");
      },
      store: () => undefined,
      changed: (link) => links.push(link),
      after: () => 0,
    });
    forbidden.connect();
    expect(links.at(-1)?.state).toBe("lost");
    vi.advanceTimersByTime(250);
    expect(opened).toBe(2);
  });

  it("by something that holds it up is given up after ten seconds", () => {
    connection.connect();
    vi.advanceTimersByTime(9999);
    expect(links.at(-1)?.state).toBe("connecting");
    vi.advanceTimersByTime(1);
    expect([links.at(-1)?.state, newest().closed]).toEqual(["lost", true]);
  });
});

it("a message that cannot be read becomes a fault in words", () => {
  connection.connect();
  newest().accept();
  newest().onmessage?.(new MessageEvent("message", { data: Uint8Array.of(0xc1).buffer }));
  expect(stored).toMatchObject([{ type: "error", run: null }]);
  newest().receive({ type: "runs" });
  expect(stored).toHaveLength(2);
});
