/** A run says which plug-in it misses, and which has changed. */
import { describe, expect, it } from "vitest";
import { missingPlugIn, plugInNote, versionsText } from "../src/run/plugins";

const used = { contract: "method", kind: "mine", path: "/x/mine.py", digest: "a" };
const other = { ...used, digest: "b" };
const uses = (state: "failed" | "finished", first = used) => ({
  state,
  plugins: [used],
  first_plugins: [first],
});

describe("a run's plug-ins", () => {
  it("are no matter where all are as they were", () => {
    expect(plugInNote({ state: "failed" })).toBeNull();
    expect(plugInNote(uses("failed"), [used])).toBeNull();
    expect(missingPlugIn(uses("failed"), [other])).toBeNull();
  });

  it("are told where one is missing, with what that hinders", () => {
    const beside = [{ ...used, contract: "sampler" }];
    expect(plugInNote(uses("failed"), beside)).toMatch(/--plugin \/x\/mine\.py to resume it\.$/);
    expect(plugInNote(uses("finished"), beside)).toMatch(/--plugin \/x\/mine\.py to sample from it\.$/);
  });

  it("are told where one has changed, since then or on the way", () => {
    expect(plugInNote(uses("failed"), [other])).toBe(
      'It was made with another version of the method "mine" of /x/mine.py.',
    );
    expect(plugInNote(uses("failed", other), [used])).toBe(
      'It went on with another version of the method "mine" of /x/mine.py than it began with.',
    );
  });

  it("are told by version where they change", () => {
    const same = { ...used, kind: "other" };
    expect(versionsText([used, same], [other, same])).toBe("mine a → b");
  });
});
