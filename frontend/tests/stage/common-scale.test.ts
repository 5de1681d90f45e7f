/** One scale with room for all stages. */
import { expect, it } from "vitest";
import { commonScale } from "../../src/stage/modes";

it("spans what any of the stages needs, and waits for none", () => {
  expect(commonScale([{ lo: 2, hi: 9 }, null, { lo: 1, hi: 5 }])).toEqual({ lo: 1, hi: 9 });
  expect(commonScale([null, null])).toBe(null);
});
