/** The canvases of a comparison: each shows its run at the time of the one clock, and all are looked at together. */
import { computed } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import type { DecodedFrame } from "../protocol/frame";
import { loop } from "../run/loop";
import { createImageGrid, createStage, type ImageGrid, type Readout, type Scale, type Stage } from "../stage";
import type { Field } from "../stage/field";
import { commonScale } from "../stage/modes";
import { notice, tab } from "../state";
import { theme } from "../theme";
import { energiesOf } from "../ways/tiles";
import { NO_CANVAS, NO_SURFACE } from "../words/terms";
import { CloseUp } from "./closeups";
import { keyframeFor } from "./frames";
import {
  camera,
  dropped,
  fault,
  histories,
  layers,
  letterOf,
  members,
  mode,
  orbit,
  pointer,
  reference,
  scale,
  steps,
  truth,
} from "./state";
import { sourceOf } from "./tiles";

/** The stages, by the place of their members. */
const stages: (Stage | null)[] = [];

/** The stage of a member, where it has one. */
export const stageOf = (index: number): Stage | null => stages[index] ?? null;

/** The newest frame of a member that is not later than the clock; one that is still to come is asked for. */
export function frameOf(index: number): DecodedFrame | null {
  const member = members.value[index];
  if (!member) return null;
  const { reel, film, history } = member;
  const step = steps.value[index]!;
  const came = reel.at(step);
  const wanted = keyframeFor(history.keyframes, came?.step ?? null, step);
  if (wanted === null) return came;
  const ready = film.ready(wanted);
  if (!ready) void ask(index, wanted);
  return ready ?? came;
}

const asked = new Map<string, number>();

/** Fetches one moment of a run at a time; what is wanted when it comes is asked for next. */
async function ask(index: number, step: number): Promise<void> {
  const { history, film } = members.value[index]!;
  const { id } = history.info;
  if (asked.has(id)) return;
  asked.set(id, step);
  try {
    await film.frame(step);
    asked.delete(id);
  } catch (error) {
    fault.value = `A moment of run ${letterOf(index)} cannot be shown. ${(error as Error).message}`;
    setTimeout(() => asked.delete(id), 2000);
  }
}

/** What a canvas tells beside its drawing. */
export interface Told {
  /** The frame that stands there has changed. */
  frame: (frame: DecodedFrame) => void;
  /** What lies under the pointer, and where that is on this canvas. */
  point: (at: Readout | null, pixel: [number, number] | null) => void;
}

/** Keeps the canvas of a member drawn, the size of its box. */
function usePainter(
  canvas: RefObject<HTMLCanvasElement | null>,
  run: string,
  create: (element: HTMLCanvasElement) => {
    show: (frame: DecodedFrame) => void;
    resize: (size: number, dpr: number) => void;
    draw: (now: number) => void;
    end?: () => void;
  },
  index: number,
): void {
  useEffect(() => {
    const element = canvas.current!;
    if (!element.getContext("2d", { alpha: false })) {
      notice.value = { tone: "fault", text: NO_CANVAS };
      return undefined;
    }
    const painter = create(element);
    let [last, seen]: [DecodedFrame | null, boolean] = [null, true];
    const size = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width);
      if (width > 0) painter.resize(width, devicePixelRatio);
    });
    size.observe(element);
    const sight = new IntersectionObserver(([entry]) => (seen = entry!.isIntersecting), {
      rootMargin: "10%",
    });
    sight.observe(element);
    const remove = loop.add({
      every: 0,
      visible: () => tab.value === "compare" && seen,
      draw: (now) => {
        const frame = frameOf(index);
        if (frame && frame !== last) painter.show(frame);
        last = frame ?? last;
        painter.draw(now);
      },
    });
    return () => {
      remove();
      size.disconnect();
      sight.disconnect();
      painter.end?.();
    };
  }, [run]);
}

/** The map of a member. */
export function usePlane(
  canvas: RefObject<HTMLCanvasElement | null>,
  index: number,
  run: string,
  told: Told,
) {
  usePainter(
    canvas,
    run,
    (element) => {
      const stage = createStage(element, { theme: theme.value });
      stages[index] = stage;
      const set = settings(stage, index);
      const closeUp = new CloseUp(stage);
      let shown: DecodedFrame | null = null;
      return {
        show: (frame) => {
          shown = frame;
          stage.show(frame);
          told.frame(frame);
        },
        resize: (size, dpr) => stage.resize(size, dpr),
        draw: (now) => {
          set();
          const member = members.value[index];
          if (member) closeUp.follow(member, shown);
          stage.draw(now);
          dropped.value = Math.max(...members.value.map((_, i) => stageOf(i)?.dropped ?? 0));
          const at = pointer.value;
          told.point(at && stage.readoutAt(at.x, at.y), at && stage.pixelOf(at.x, at.y));
        },
        end: () => {
          closeUp.end();
          if (stages[index] === stage) stages[index] = null;
        },
      };
    },
    index,
  );
}

/** The runs side by side. */
const company = computed(() => histories.value.map(({ info }) => info.id).join(" "));

/** Hands a stage what is set for all, each where it has changed. */
function settings(stage: Stage, index: number): () => void {
  const kept = new Map<string, unknown>();
  const put = <T>(name: string, value: T, use: (value: T) => void) => {
    if (kept.has(name) && kept.get(name) === value) return;
    kept.set(name, value);
    use(value);
  };
  return () => {
    put("company", company.value, (value) => stage.setCompany(value));
    put("theme", theme.value, (value) => stage.setTheme(value));
    put("layers", layers.value, (value) => stage.setLayers(value));
    put("mode", mode.value, (value) => stage.setMode(value));
    put("camera", camera.value, (value) => stage.look(value));
    put("surface", orbit.value !== null, (up) => void raise(stage, up));
    if (orbit.value) stage.turn(orbit.value);
    put("scale", scaleNow(), (value) => stage.align(value));
    const [density, name] = comparedWith(index);
    put("density", density, (value) => stage.setTruth(value, name));
  };
}

let common: Scale | null = null;

/** The scale of all stages; the same object while it has not changed. */
function scaleNow(): Scale | "own" {
  if (scale.value === "own") return "own";
  const next = commonScale(members.value.map((_, i) => stageOf(i)?.scale ?? null));
  if (next && (next.lo !== common?.lo || next.hi !== common?.hi)) common = next;
  return common ?? "own";
}

/** What the map of a member is held against: the truth, or the density of another one. */
function comparedWith(index: number): [Field | null, string] {
  const other = "ABCD".indexOf(reference.value);
  if (mode.value !== "difference" || other < 0)
    return [scale.value === "own" && mode.value === "density" ? null : truth.value, "truth"];
  return [other === index ? null : densityOf(other), reference.value];
}

const densities = new Map<number, { of: unknown; density: Field | null }>();

/** The density of a member's newest landscape, computed once. */
function densityOf(index: number): Field | null {
  const stage = stageOf(index);
  const of = stage?.newest ?? null;
  const kept = densities.get(index);
  if (kept?.of === of) return kept?.density ?? null;
  const density = stage?.density ?? null;
  densities.set(index, { of, density });
  return density;
}

/** Draws the surface, which is loaded when it is first asked for, or the map again. */
async function raise(stage: Stage, up: boolean): Promise<void> {
  if (!up) return stage.setRelief(null);
  try {
    const { Relief } = await import("../stage/relief");
    if (!orbit.value) return;
    stage.setRelief(new Relief(document));
    stage.turn(orbit.value);
  } catch {
    orbit.value = null;
    notice.value = { tone: "fault", text: NO_SURFACE };
  }
}

const RANGE = [-1, 1] as const;

/** The images of a member, with the one that is pointed at. */
export function useTiles(
  canvas: RefObject<HTMLCanvasElement | null>,
  index: number,
  run: string,
  told: Told,
  pointed: { value: number | null },
) {
  usePainter(
    canvas,
    run,
    (element) => {
      const grid: ImageGrid = createImageGrid(element, { theme: theme.value, range: RANGE });
      let [colors, shown] = [theme.value, null as DecodedFrame | null];
      return {
        show: (frame) => {
          shown = frame;
          grid.setSource(sourceOf(frame));
          grid.show(frame);
          told.frame(frame);
        },
        resize: (size, dpr) => grid.resize(size, dpr),
        draw: (now) => {
          if (colors !== theme.value) grid.setTheme(theme.value);
          colors = theme.value;
          grid.tell(shown && energiesOf(shown, sourceOf(shown)), pointed.value);
          grid.draw(now);
        },
      };
    },
    index,
  );
}
