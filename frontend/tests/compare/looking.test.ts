/** One scale with room for all stages. */
import { expect, it, vi } from "vitest";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal("document", { documentElement: { dataset: {} }, addEventListener: () => undefined });

it("spans what any of the stages needs, and waits for none", async () => {
  const { commonScale } = await import("../../src/compare/looking");
  expect(commonScale([{ lo: 2, hi: 9 }, null, { lo: 1, hi: 5 }])).toEqual({ lo: 1, hi: 9 });
  expect(commonScale([null, null])).toBe(null);
});
