/** A formula, typeset by KaTeX, which is loaded after the first paint. */
import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { late } from "../protocol/late";

type Katex = typeof import("katex").default;

const katex = signal<Katex | null>(null);
const load = late(async () => {
  const [loaded] = await Promise.all([import("katex"), import("katex/dist/katex.min.css")]);
  katex.value = loaded.default;
});

/** `tex` in text style. Classes of our own are allowed in it by \htmlClass, nothing else is. */
export function Tex({ tex }: { tex: string }) {
  useEffect(() => void load(), []);
  const typeset = katex.value;
  const html = useMemo(
    () =>
      typeset?.renderToString(tex, {
        throwOnError: false,
        output: "htmlAndMathml",
        strict: "ignore",
        trust: ({ command }) => command === "\\htmlClass",
      }),
    [typeset, tex],
  );
  if (!html) return <span class="tex" />;
  // KaTeX escapes what it does not typeset itself.
  return <span class="tex" dangerouslySetInnerHTML={{ __html: html }} />;
}
