/** What the server says of settings stands on the page in the words of its form. */
import { expect, it } from "vitest";
import type { Field } from "../src/form/schema";
import { inWordsOf, settingInWords } from "../src/words/settings";

const field = (path: string, label: string) => ({ path, label }) as Field;
const fields = [field("dataset.far_rows", "Far rows"), field("method.buffer_size", "Buffer size")];

it("a setting in back quotes is told by its title, with its value", () => {
  const remark = "2 rows are left out; `dataset.far_rows=keep` trains on them too";
  expect(inWordsOf(fields, remark)).toBe("2 rows are left out; “Far rows: keep” trains on them too");
});

it("names of fields are told by their titles, other words stay", () => {
  const why = "chains is 512, but buffer_size is 256; see my_file";
  expect(inWordsOf(fields, why)).toBe("chains is 512, but “Buffer size” is 256; see my_file");
});

it.each([
  ["method.chain_steps", 20, "chain steps 20"],
  ["method.sampler.kind", "random_walk", "sampler random walk"],
  ["energy.hidden", [64, 64], "hidden 64, 64"],
  ["optimization.learning_rate", 0.0005, "learning rate 0.0005"],
  ["method.unlabelled", false, "unlabelled off"],
  ["seconds", null, "seconds none"],
])("a setting that tells runs apart is told in words: %s", (path, value, words) => {
  expect(settingInWords(path, value)).toBe(words);
});
