/** The few functions of Plotly's cartesian bundle that Plot.tsx calls; the package has no types of its own. */
declare module "plotly.js-cartesian-dist-min" {
  export type Trace = Record<string, unknown>;
  export type Layout = Record<string, unknown>;
  export function react(
    element: HTMLElement,
    data: Trace[],
    layout: Layout,
    config?: Record<string, unknown>,
  ): Promise<Drawn>;
  export interface Drawn extends HTMLElement {
    on(event: "plotly_click", heard: (event: { points: { customdata?: unknown }[] }) => void): void;
    removeAllListeners(event: "plotly_click"): void;
  }
  export function toImage(
    figure: { data: Trace[]; layout: Layout },
    options: { format: "png" | "svg"; width: number; height: number; scale: number },
  ): Promise<string>;
  export function purge(element: HTMLElement): void;
}
