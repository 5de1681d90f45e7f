/** The stage's colours: one meaning each, the same as on the rest of the page. */

export type Theme = "dark" | "light";

export interface Palette {
  background: string;
  ink: string;
  /** Faint, behind text in the ink. */
  halo: string;
  /** Behind words that must be read on any part of the map. */
  plate: string;
  muted: string;
  accent: string;
  data: string;
  dataRim: string;
  chainTrail: string;
  chainHead: string;
  chainRim: string;
  generator: string;
  score: string;
}

const themed: Record<Theme, Palette> = {
  dark: {
    background: "#0b0d10",
    ink: "#e8ebef",
    halo: "rgba(8, 12, 20, 0.4)",
    plate: "rgba(8, 12, 20, 0.66)",
    muted: "#8d97a5",
    accent: "#f2b33d",
    data: "#ff9d5c",
    dataRim: "rgba(112, 38, 0, 0.6)",
    chainTrail: "#7fe3ff",
    chainHead: "#0e7fb0",
    chainRim: "rgba(2, 36, 58, 0.55)",
    generator: "#e58cf5",
    score: "#f4f6f8",
  },
  light: {
    background: "#f4f4f1",
    ink: "#1b1f25",
    halo: "rgba(251, 251, 249, 0.7)",
    plate: "rgba(251, 251, 249, 0.8)",
    muted: "#6b7480",
    accent: "#b45f06",
    data: "#c2500a",
    dataRim: "rgba(255, 240, 225, 0.4)",
    chainTrail: "#0b6fa4",
    chainHead: "#0e7fb0",
    chainRim: "rgba(255, 255, 255, 0.5)",
    generator: "#9c36b5",
    score: "#3b4350",
  },
};

const lightOverViridis: Palette = {
  ...themed.dark,
  data: themed.light.data,
  dataRim: themed.light.dataRim,
};

/** Colours for what is drawn over the stage.
 *
 * Viridis is dark where energy is high, in both themes, so over it most of the dark theme's colours serve both.
 */
export function palette(theme: Theme, overViridis: boolean): Palette {
  if (theme === "dark") return themed.dark;
  return overViridis ? lightOverViridis : themed.light;
}

/** The colour of the bare stage. */
export function background(theme: Theme): string {
  return themed[theme].background;
}
