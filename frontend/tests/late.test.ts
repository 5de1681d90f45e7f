import { expect, test } from "vitest";
import { late } from "../src/protocol/late";

test("a part that the server did not give is asked for again, and then no more", async () => {
  let asked = 0;
  const part = late(async () => {
    asked += 1;
    if (asked < 3) throw new TypeError("Failed to fetch dynamically imported module");
    return "chart";
  }, 0);
  expect(asked).toBe(0);
  expect(await Promise.all([part(), part()])).toEqual(["chart", "chart"]);
  expect(await part()).toBe("chart");
  expect(asked).toBe(3);
});
