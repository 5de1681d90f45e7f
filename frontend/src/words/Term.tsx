/** A word that explains itself: a button with a dotted line under it, which opens the explanation. */
import type { ComponentChildren } from "preact";
import { type Explanation, explains } from "./explaining";

interface TermProps {
  explanation: Explanation;
  class?: string;
  /** Of a badge. */
  state?: string;
  children: ComponentChildren;
}

export function Term({ explanation, class: more = "", state, children }: TermProps) {
  return (
    <button
      type="button"
      class={`term ${more}`}
      data-state={state}
      aria-expanded={false}
      {...explains(explanation)}
    >
      {children}
    </button>
  );
}
