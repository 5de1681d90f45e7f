/** Dark, light, or as the system has it; kept in this browser. */
import { computed, effect, signal } from "@preact/signals";
import { keep, kept, NOT_KEPT } from "./kept";
import { notice, type ThemeChoice } from "./state";

const stored = kept("theme");
export const themeChoice = signal<ThemeChoice>(stored === "dark" || stored === "light" ? stored : "system");

const systemLight = matchMedia("(prefers-color-scheme: light)");
const system = signal<"dark" | "light">(systemLight.matches ? "light" : "dark");
systemLight.addEventListener("change", () => {
  system.value = systemLight.matches ? "light" : "dark";
});

export const theme = computed<"dark" | "light">(() =>
  themeChoice.value === "system" ? system.value : themeChoice.value,
);

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

const NEXT: Record<ThemeChoice, ThemeChoice> = { system: "dark", dark: "light", light: "system" };

export function nextTheme(): void {
  themeChoice.value = NEXT[themeChoice.value];
  if (!keep("theme", themeChoice.value === "system" ? null : themeChoice.value) && notice.value === null)
    notice.value = { tone: "news", text: NOT_KEPT };
}

export const stillness = matchMedia("(prefers-reduced-motion: reduce)");

/** Colours for charts, read from the style sheet so that each is told once. */
export interface ChartColors {
  ink: string;
  muted: string;
  line: string;
  accent: string;
  data: string;
  chains: string;
  generator: string;
}

/** What reads a colour of the style sheet, as the theme has it. */
function reader(): (name: string) => string {
  document.documentElement.dataset.theme = theme.value;
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

/** Of the runs of a comparison, in their order. */
export const runColors = computed(() => {
  const read = reader();
  return ["a", "b", "c", "d"].map((letter) => read(`run-${letter}`));
});

/** Behind everything. */
export const pageColor = computed(() => reader()("bg"));

export const chartColors = computed<ChartColors>(() => {
  const read = reader();
  return {
    ink: read("ink"),
    muted: read("muted"),
    line: read("line"),
    accent: read("accent-ink"),
    data: read("data"),
    chains: read("chains"),
    generator: read("generator"),
  };
});
