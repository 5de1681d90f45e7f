/** A chart: the only file that touches Plotly, which is loaded after the first motion. */

import type { ReadonlySignal } from "@preact/signals";
import type { Layout, Trace } from "plotly.js-cartesian-dist-min";
import { useEffect, useRef } from "preact/hooks";
import { late } from "../protocol/late";
import { loop } from "../run/loop";
import { moved } from "../run/moved";
import { type ChartColors, chartColors } from "../theme";
import { type Evidence, evidence } from "./readings";

export interface Figure {
  data: Trace[];
  layout: Layout;
}

/** A pure function from what is known, of a run where nothing else is said, to a figure. */
export interface Chart<Known = Evidence> {
  title: string;
  figure: (known: Known, colors: ChartColors) => Figure;
}

type Plotly = typeof import("plotly.js-cartesian-dist-min");
const load = late<Plotly>(() => import("plotly.js-cartesian-dist-min"));

const EVERY = 400;

type Range = [number, number];

/** The next range on the way to the one wanted: it grows at once, so that nothing is cut off, and shrinks gently. */
export function eased(shown: Range | undefined, wanted: Range): Range {
  if (!shown) return wanted;
  const span = wanted[1] - wanted[0] || 1;
  const approach = (from: number, to: number, outwards: boolean) => {
    const far = Math.abs(to - from) / span;
    return outwards || far < 0.01 || far > 20 ? to : (from + to) / 2;
  };
  return [
    approach(shown[0], wanted[0], wanted[0] < shown[0]),
    approach(shown[1], wanted[1], wanted[1] > shown[1]),
  ];
}

/** Draws a chart in a box of fixed height, when it is on the screen and has something new. */
export function Plot({ chart, height }: { chart: Chart; height: number }) {
  return <PlotOf chart={chart} height={height} source={evidence} />;
}

/** The same of a source of its own. */
export function PlotOf<Known>({
  chart,
  height,
  source,
  onPick,
}: {
  chart: Chart<Known>;
  height: number;
  source: ReadonlySignal<Known>;
  /** Is given the `customdata` of what is pressed. */
  onPick?: (picked: unknown) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current!;
    let library: Plotly | null = null;
    let seen = false;
    let width = 0;
    let drawn: unknown[] = [];
    const ranges: Record<string, Range> = {};
    void moved.then(load).then((loaded) => {
      library = loaded;
    });
    // drawn a little before it comes into sight
    const sight = new IntersectionObserver(
      ([entry]) => {
        seen = entry!.isIntersecting;
      },
      { rootMargin: "25%" },
    );
    sight.observe(element);
    const size = new ResizeObserver(([entry]) => {
      width = Math.floor(entry!.contentRect.width);
    });
    size.observe(element);
    const remove = loop.add({
      every: EVERY,
      visible: () => seen && library !== null && width > 0,
      draw: () => {
        const inputs = [source.value, chartColors.value, width];
        if (inputs.every((input, i) => input === drawn[i])) return;
        const { data, layout } = chart.figure(source.value, chartColors.value);
        let settled = true;
        for (const name of ["xaxis", "yaxis"]) {
          const axis = layout[name] as { range?: Range };
          if (!axis.range) {
            delete ranges[name];
            continue;
          }
          const range = eased(ranges[name], axis.range);
          settled &&= range[0] === axis.range[0] && range[1] === axis.range[1];
          ranges[name] = axis.range = range;
        }
        drawn = settled ? inputs : [];
        const sized = { ...layout, width, height, uirevision: chart.title };
        void library!.react(element, data, sized, CONFIG).then((drawn) => {
          if (!onPick) return;
          drawn.removeAllListeners("plotly_click");
          drawn.on("plotly_click", ({ points: [point] }) => onPick(point?.customdata));
        });
      },
    });
    return () => {
      remove();
      sight.disconnect();
      size.disconnect();
      library?.purge(element);
    };
  }, [chart, height, source, onPick]);
  return <div ref={box} class="plot" style={{ height: `${height}px` }} role="img" aria-label={chart.title} />;
}

/** A figure as a picture, by its address. */
export async function picture(figure: Figure, options: Parameters<Plotly["toImage"]>[1]): Promise<string> {
  return (await load()).toImage(figure, options);
}

const CONFIG = { displayModeBar: false, scrollZoom: false, doubleClick: false, showTips: false };
