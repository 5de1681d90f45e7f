/** A formula with one of its terms lit up. */
import { colored } from "../words/equations";

/** The formulas as TeX, the term in the first one that has it marked by the class "lit". */
export function lit(formulas: string[], term: string): { tex: string; lit: boolean }[] {
  const holder = term === "" ? -1 : formulas.findIndex((tex) => tex.includes(term));
  return formulas.map((tex, index) => {
    if (index !== holder) return { tex: colored(tex), lit: false };
    const at = tex.indexOf(term);
    const [before, after] = [tex.slice(0, at), tex.slice(at + term.length)];
    // a letter that follows a command of letters would become part of it
    const parts = [colored(before), `\\htmlClass{lit}{${colored(term)}}`, colored(after)];
    return { tex: parts.join(" "), lit: true };
  });
}
