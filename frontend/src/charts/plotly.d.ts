/** The few functions of Plotly's basic bundle that Plot.tsx calls; the package has no types of its own. */
declare module "plotly.js-basic-dist-min" {
  export type Trace = Record<string, unknown>;
  export type Layout = Record<string, unknown>;
  export function react(
    element: HTMLElement,
    data: Trace[],
    layout: Layout,
    config?: Record<string, unknown>,
  ): Promise<HTMLElement>;
  export function toImage(
    figure: { data: Trace[]; layout: Layout },
    options: { format: "png" | "svg"; width: number; height: number; scale: number },
  ): Promise<string>;
  export function purge(element: HTMLElement): void;
}
