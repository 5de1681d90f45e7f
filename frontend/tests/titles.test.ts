/** Two plug-ins of a shelf are never shown under one name. */
import { expect, it } from "vitest";
import type { MethodInfo } from "../src/protocol/wire";
import { toldApart } from "../src/words/titles";
import { empty } from "./catalogue.testing";

it("the kind stands beside a title that two have", () => {
  const method = (kind: string, title: string) => ({ kind, title }) as MethodInfo;
  const sampler = { kind: "d", title: "My method", summary: "", schema: {}, moves: {} };
  const methods = [method("a", "My method"), method("b", "My method"), method("c", "Exact")];
  const told = toldApart({ ...empty, methods, samplers: [sampler] });
  expect(told.methods.map(({ title }) => title)).toEqual(["My method (a)", "My method (b)", "Exact"]);
  expect(told.samplers).toEqual([sampler]);
});
