/** A run says which plug-in it misses, and which has changed. */
import { describe, expect, it } from "vitest";
import { plugInNote } from "../src/run/plugins";

const used = { contract: "method", kind: "mine", path: "/x/mine.py", digest: "a" };

describe("a run's plug-ins", () => {
  it("are no matter where all are as they were", () => {
    expect(plugInNote()).toBeNull();
    expect(plugInNote([used], [used])).toBeNull();
  });

  it("are told where one is missing or has changed", () => {
    expect(plugInNote([used], [{ ...used, contract: "sampler" }])).toContain("--plugin /x/mine.py");
    expect(plugInNote([used], [{ ...used, digest: "b" }])).toContain("another version");
  });
});
