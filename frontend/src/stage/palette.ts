/** The stage's colours: one meaning each, the same as on the rest of the page. */

export type Theme = "dark" | "light";

export interface Palette {
  background: string;
  ink: string;
  muted: string;
  accent: string;
  data: string;
  chainTrail: string;
  chainHead: string;
  generator: string;
  score: string;
}

const themed: Record<Theme, Palette> = {
  dark: {
    background: "#0b0d10",
    ink: "#e8ebef",
    muted: "#8d97a5",
    accent: "#f2b33d",
    data: "#ff9d5c",
    chainTrail: "#7fe3ff",
    chainHead: "#0e7fb0",
    generator: "#e58cf5",
    score: "#f4f6f8",
  },
  light: {
    background: "#f4f4f1",
    ink: "#1b1f25",
    muted: "#6b7480",
    accent: "#b45f06",
    data: "#c2500a",
    chainTrail: "#0b6fa4",
    chainHead: "#0e7fb0",
    generator: "#9c36b5",
    score: "#3b4350",
  },
};

/** Colours for what is drawn over the stage.
 *
 * Viridis is dark where energy is high, in both themes, so over it the dark theme's colours serve both.
 */
export function palette(theme: Theme, overViridis: boolean): Palette {
  return themed[overViridis ? "dark" : theme];
}

/** The colour of the bare stage. */
export function background(theme: Theme): string {
  return themed[theme].background;
}
