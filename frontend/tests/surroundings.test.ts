/** Bad surroundings are told in a sentence, and the page goes on. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { keep, kept } from "../src/kept";
import * as api from "../src/protocol/api";
import { mismatch } from "../src/run/version";

afterEach(() => vi.unstubAllGlobals());

describe("a browser that keeps nothing", () => {
  it("refuses with an error, which is not passed on", () => {
    vi.stubGlobal("localStorage", {
      getItem: () => {
        throw new DOMException("denied", "SecurityError");
      },
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    });
    expect([kept("theme"), keep("theme", "dark")]).toEqual([null, false]);
  });

  it("may have no store at all", () => {
    vi.stubGlobal("localStorage", undefined);
    expect([kept("theme"), keep("theme", "dark")]).toEqual([null, false]);
    vi.stubGlobal("sessionStorage", undefined);
    expect([kept("left", "tab"), keep("left", "", "tab")]).toEqual([null, false]);
  });
});

describe("a server of another version", () => {
  it("is told of, older or newer", () => {
    expect(mismatch("0.2.0", "0.1.0")).toContain(
      "The server is of version 0.2.0, this page of 0.1.0: reload",
    );
    expect(mismatch("0.0.9", "0.1.0")).toContain("0.0.9");
  });

  it("is not told of where they fit, or where one of them is unknown", () => {
    expect(mismatch("0.1.0", "0.1.0")).toBeNull();
    expect(mismatch("0+source", "0.1.0")).toBeNull();
    expect(mismatch("0.1.0", undefined)).toBeNull();
  });

  it("that answers with what is no JSON is refused in words", async () => {
    vi.stubGlobal("fetch", async () => new Response("<html>"));
    await expect(api.catalogue()).rejects.toThrow(/^The server sent what this page cannot read/);
    await expect(api.catalogue()).rejects.toBeInstanceOf(api.Refusal);
  });
});
