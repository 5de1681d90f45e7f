/** What a thing on the page explains of itself; one component shows it, by focus, tap or hover. */

export interface Explanation {
  name: string;
  text: string;
  /** Which values are good and which are bad, or which are allowed. */
  good?: string;
  /** A citation with the address of the paper: "Vincent 2011, https://doi.org/...". */
  source?: string;
}

const known = new WeakMap<Element, Explanation>();

/** Attributes of an element that explains itself. */
export function explains(explanation: Explanation) {
  return {
    "data-explains": "",
    ref: (element: Element | null) => {
      if (element) known.set(element, explanation);
    },
  };
}

/** The nearest element around a place that explains itself. */
export function explainerAt(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest("[data-explains]") : null;
}

export function explanationAt(element: Element): Explanation | null {
  return known.get(element) ?? null;
}

const ADDRESS = /https:\/\/\S+?(?=[;,.)]*(?:\s|$))/;

/** A citation as its words and the address that it gives. */
export function cited(source: string): { words: string; address: string | null } {
  const address = ADDRESS.exec(source)?.[0] ?? null;
  const [words] = source.split(ADDRESS) as [string];
  return { words: words.replace(/[\s,:;]+$/, "") || source, address };
}

/** What a plug-in says of itself: its summary, and the source that its description names. */
export function ofPlugIn(plugIn: {
  title: string;
  summary: string;
  source?: string;
  schema?: { description?: string | undefined };
}): Explanation {
  const { title: name, summary: text, schema } = plugIn;
  const named = /\bSource:\s+([\s\S]*)/.exec(schema?.description ?? "")?.[1]?.replace(/\s+/g, " ");
  const source = plugIn.source || named?.trim();
  return { name, text, ...(source && { source }) };
}
