/** The update of a method and the move of its sampler as TeX, with the current numbers under their letters. */

import type { JsonObject } from "../protocol/wire";

const LETTERS: Record<string, string> = {
  α: "\\alpha",
  β: "\\beta",
  γ: "\\gamma",
  δ: "\\delta",
  ε: "\\epsilon",
  ζ: "\\zeta",
  η: "\\eta",
  θ: "\\theta",
  λ: "\\lambda",
  μ: "\\mu",
  ξ: "\\xi",
  ρ: "\\rho",
  σ: "\\sigma",
  τ: "\\tau",
  φ: "\\phi",
  ω: "\\omega",
};

/** One move of a chain as TeX: that of the setting which the sampler has; null where it shows only its numbers. */
export function moveOf(moves: Record<string, string>, sampler: JsonObject): string | null {
  const held = Object.keys(moves).find((setting) => {
    const [name, value] = setting.split("=");
    return !name || String(sampler[name]) === value;
  });
  return held === undefined ? null : (moves[held] ?? null);
}

/** A field's letter as TeX: "η" is \eta, "k" is k. */
export function letter(symbol: string): string {
  return LETTERS[symbol] ?? symbol;
}

/** Writes numbers under the letters that stand on the line; those in subscripts and exponents stay bare, and so does
 * what the formula defines: the L of "L = ..." is the loss, whatever else is called L.
 *
 * Adds the letters that got their number to `used`.
 */
export function withNumbers(tex: string, numbers: Record<string, string>, used = new Set<string>()): string {
  const byLetter = new Map(Object.keys(numbers).map((symbol) => [letter(symbol), symbol]));
  const tokens = tex.match(/\\[a-zA-Z]+|\\.|[\s\S]/g) ?? [];
  let out = "";
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token === "_" || token === "^" || token === "\\text" || token === "\\mathbb") {
      const end = groupEnd(tokens, i + 1);
      out += tokens.slice(i, end).join("");
      i = end - 1;
      continue;
    }
    const defined = tokens.slice(i + 1).find((next) => next.trim() !== "") === "=";
    const symbol = defined ? undefined : byLetter.get(token);
    if (symbol !== undefined) used.add(symbol);
    out +=
      symbol === undefined
        ? token
        : `\\underset{\\htmlClass{number}{\\texttt{\\small ${numbers[symbol]}}}}{${token}}`;
  }
  return out;
}

/** Index after the argument that starts at `start`: a group in braces, or one token. */
function groupEnd(tokens: string[], start: number): number {
  if (tokens[start] !== "{") return start + 1;
  let depth = 0;
  for (let i = start; i < tokens.length; i++) {
    if (tokens[i] === "{") depth++;
    if (tokens[i] === "}" && --depth === 0) return i + 1;
  }
  return tokens.length;
}

/** Expectations over data, chains and generator take the colour that these have everywhere on the page.
 *
 * The words below them are set larger than a subscript is, to be read from afar.
 */
export function colored(tex: string): string {
  return tex.replace(
    /\\mathbb\{E\}_\{\\text\{(data|chains|generator)\}\}(\s*\\nabla(_\w+)?\s*E)?/g,
    (_term, name: string, gradient = "") =>
      `\\htmlClass{${name}-color}{\\mathbb{E}_{\\text{\\footnotesize ${name}}}${gradient}}`,
  );
}
