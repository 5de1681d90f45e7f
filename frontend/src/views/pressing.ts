/** What the big button will do, told before it is pressed. */
import { computed } from "@preact/signals";
import {
  active,
  asking,
  catalogueFault,
  draft,
  drawing,
  fresh,
  history,
  info,
  moment,
  nameOf,
  nameOfChoice,
  needRestart,
  otherData,
  primary,
  reading,
  step,
  stored,
  titleOf,
} from "../state";
import { count } from "../words/format";

export interface Pressing {
  /** What is done. */
  verb: string;
  /** What it is done to, or what becomes of what is on the stage. */
  detail: string;
}

export const pressing = computed<Pressing>(() => {
  if (!draft.value)
    return { verb: "Nothing to train yet", detail: catalogueFault.value ?? "waiting for the server" };
  const choice = nameOfChoice.value;
  switch (asking.value === "start" ? "starting" : primary.value) {
    case "starting":
      return reading.value
        ? { verb: "Starting", detail: `once ${reading.value.name} is read` }
        : { verb: "Starting", detail: choice };
    case "cancel":
      return { verb: "Cancel", detail: "it has not started yet" };
    case "pause":
      return { verb: "Pause", detail: moment.value === null ? "" : `the run itself, not the moment shown` };
    case "resume":
      return { verb: "Go on", detail: goingOn() };
    default:
      return starting(choice);
  }
});

/** From where a run goes on, where that is not what is on the stage. */
function goingOn(): string {
  const run = info.value;
  if (run?.state === "stopped") return "from the last checkpoint";
  return moment.value === null
    ? ""
    : `from update ${count(run?.step ?? step.value)}, not from the moment shown`;
}

function starting(choice: string): Pressing {
  const run = info.value;
  if (reading.value) return { verb: "Train", detail: `on ${reading.value.name}, once it is read` };
  if (drawing.value) return { verb: "Train on the drawing", detail: choice };
  if (active.value && !fresh.value)
    return { verb: "Train this instead", detail: `${toldApart(choice)}; the other is kept` };
  if (stored.value && !fresh.value) return { verb: "Train it yourself", detail: choice };
  const ended = !fresh.value && choice === nameOf(run?.config) ? run?.state : undefined;
  if (!ended) return { verb: "Train", detail: choice };
  const changed = needRestart.value.length;
  const anew =
    changed === 0
      ? "a new run"
      : `a new run, with ${changed} other ${changed === 1 ? "setting" : "settings"}`;
  if (history.value?.gone) return { verb: "Train again", detail: anew };
  return { verb: "Train again", detail: `${anew}; the ${ended} one is kept` };
}

/** A choice beside a run: by its method alone, where both learn the same data. */
function toldApart(choice: string): string {
  return otherData.value || !draft.value ? choice : titleOf(draft.value.method.kind);
}

/** Both in one line, as the button is called. */
export function sayPressing({ verb, detail }: Pressing): string {
  return [verb, detail].filter(Boolean).join(": ");
}
