/** The sign of a member: its line in the chart, told by its dashes and its colour alike. */

/** Dashes of a line, by letter; Plotly and SVG write them in the same way. */
export const DASHES: Record<string, string> = { A: "", B: "7px,3px", C: "2px,3px", D: "9px,3px,2px,3px" };

export function Sign({ letter }: { letter: string }) {
  return (
    <svg class="sign" data-letter={letter} viewBox="0 0 24 8" width="24" height="8" aria-hidden="true">
      <path d="M1 4H23" stroke-dasharray={DASHES[letter]?.replaceAll("px", "") || undefined} />
    </svg>
  );
}
