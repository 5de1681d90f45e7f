/** A drawing as text that gives every digit back, and the way back. */
import { type Drawn, NOTHING } from "./drawn";

/** Bytes that become characters in one call. */
const AT_ONCE = 8192;

export function packed({ points, classes }: Drawn): string {
  const bytes = new Uint8Array(points.byteLength + classes.byteLength);
  bytes.set(new Uint8Array(points.buffer, points.byteOffset, points.byteLength));
  bytes.set(classes, points.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += AT_ONCE)
    text += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  return btoa(text);
}

/** A point is two numbers of eight bytes; its class is one byte. */
const BYTES = 2 * 8 + 1;

export function unpacked(text: string): Drawn {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const count = bytes.length / BYTES;
  if (count === 0) return NOTHING;
  return { points: new Float64Array(bytes.buffer, 0, 2 * count), classes: bytes.slice(16 * count) };
}
