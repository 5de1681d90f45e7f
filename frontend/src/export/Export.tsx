/** The dialog "Take it home": everything that a run, or a comparison, can be saved as. */
import { useEffect, useRef } from "preact/hooks";
import * as Icons from "../Icons";
import { Address } from "./Address";
import { giveUp, making, told } from "./making";
import { Numbers } from "./Numbers";
import { Pictures } from "./Pictures";
import { Replays } from "./Replays";
import { subject } from "./subject";

function close(): void {
  giveUp();
  subject.value = null;
  told.value = null;
}

export function Export() {
  const dialog = useRef<HTMLDialogElement>(null);
  const now = subject.value;
  useEffect(() => {
    const element = dialog.current!;
    if (now && !element.open) element.showModal();
    if (!now && element.open) element.close();
  }, [now]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the box closes it; for keys a dialog has Escape.
    <dialog
      ref={dialog}
      class="help export"
      aria-labelledby="export-title"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      {now && (
        <div class="help-body">
          <div class="heading">
            <h2 id="export-title">Take it home</h2>
            <button type="button" class="quiet" aria-label="Close" onClick={close}>
              <Icons.Close />
            </button>
          </div>
          <Replays of={now} />
          <Pictures of={now} />
          {now.runs.every(({ id }) => id !== null) && <Numbers of={now} />}
          <Address />
          <Said />
        </div>
      )}
    </dialog>
  );
}

function Said() {
  const now = making.value;
  return (
    <div class="export-said small" role="status">
      {now ? (
        <p>
          {now.what}
          {now.share === null ? " is being made." : `: ${Math.round(100 * now.share)} %`}{" "}
          {now.share !== null && (
            <button type="button" class="link" onClick={giveUp}>
              Give up
            </button>
          )}
        </p>
      ) : (
        told.value && <p class={told.value.tone === "fault" ? "fault" : ""}>{told.value.text}</p>
      )}
    </div>
  );
}
