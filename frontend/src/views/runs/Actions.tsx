/** What can be done with a run of the list. */
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { remove, repeat, resume, stop } from "../../actions/runs";
import { downloadAddress, logAddress } from "../../protocol/api";
import type { ListedRun } from "../../protocol/wire";
import { missingPlugIn } from "../../run/plugins";
import { catalogue } from "../../state";
import { explains } from "../../words/explaining";
import { LAB } from "../../words/terms";
import { focusMain } from "../SkipLink";
import { describe, say } from "./Description";

/** The run whose deletion waits for a second press. */
const doomed = signal<string | null>(null);

interface ActionsProps {
  run: ListedRun;
  show: (id: string, byKeys: boolean) => Promise<void>;
}

export function Actions({ run, show }: ActionsProps) {
  const going =
    run.state === "running" || run.state === "paused" || run.state === "starting" || run.state === "queued";
  if (going) {
    return (
      <>
        <button type="button" class="link" onClick={() => void stop(run.id)}>
          Stop
        </button>
        <Kept run={run} />
      </>
    );
  }
  const missing = catalogue.value && missingPlugIn(run, catalogue.value.plugins);
  return (
    <>
      {run.repeats && (
        <button
          type="button"
          class="link"
          {...explains(LAB.resumeChanged)}
          onClick={() => void show(run.id, false)}
        >
          Change and resume
        </button>
      )}
      {run.state !== "finished" && !run.repeats && (
        <button
          type="button"
          class="link"
          disabled={missing !== null}
          {...(missing && explains({ name: "Resume", text: missing }))}
          onClick={() => void resume(run.id)}
        >
          Resume
        </button>
      )}
      <button
        type="button"
        class="link"
        disabled={missing !== null}
        {...explains(missing ? { name: "Repeat exactly", text: missing } : LAB.repeat)}
        onClick={() => void repeat(run.id)}
      >
        Repeat exactly
      </button>
      <a class="link" href={downloadAddress(run.id)} download>
        Download
      </a>
      <Kept run={run} />
      <Delete run={run} />
    </>
  );
}

/** What can be done with any run. */
function Kept({ run }: { run: ListedRun }) {
  return (
    <>
      <a class="link" href={logAddress(run.id)} target="_blank" rel="noopener">
        Log
      </a>
      <button type="button" class="link" onClick={() => describe(run.id)}>
        Name, tags
      </button>
      <button
        type="button"
        class="link"
        aria-pressed={run.pinned}
        {...explains(LAB.pin)}
        onClick={() => void say(run.id, { pinned: !run.pinned })}
      >
        {run.pinned ? "Unpin" : "Pin"}
      </button>
    </>
  );
}

/** Asks once more; the focus stays on the button, and goes to the neighbour when the run is gone. */
function Delete({ run }: { run: ListedRun }) {
  const button = useRef<HTMLButtonElement>(null);
  const asks = doomed.value === run.id;
  const gone = async () => {
    const row = button.current?.closest("tr");
    const focused = document.activeElement === button.current;
    const next = row?.nextElementSibling ?? row?.previousElementSibling;
    if (!(await remove(run.id))) return;
    doomed.value = null;
    // the list may have lost the row before the answer came
    if (!focused || ![document.body, button.current].includes(document.activeElement as HTMLElement)) return;
    const neighbour = next?.querySelector<HTMLElement>(".run-title button");
    if (neighbour) neighbour.focus();
    else focusMain();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={asks ? "link fault" : "link"}
        onClick={() => {
          if (asks) void gone();
          else doomed.value = run.id;
        }}
      >
        {asks ? "Delete for good" : "Delete"}
      </button>
      {asks && (
        <button
          type="button"
          class="link"
          onClick={(event) => {
            if (event.detail === 0) button.current?.focus();
            doomed.value = null;
          }}
        >
          Keep
        </button>
      )}
    </>
  );
}
