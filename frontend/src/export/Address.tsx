/** The address that opens what is shown again. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Group } from "./Controls";

/** The address of the page opens it at this run, moment, view and layers. */
export function Address() {
  const field = useRef<HTMLInputElement>(null);
  const copied = useSignal<"" | "copied" | "marked: copy it by Ctrl C">("");
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(location.href);
      copied.value = "copied";
    } catch {
      copied.value = "marked: copy it by Ctrl C"; // a page that is not from this machine may not write there
    }
  };
  return (
    <Group name="Address">
      <p class="small muted">It opens this page at the same run, moment, view and layers, on this server.</p>
      <p class="export-row">
        <input
          ref={field}
          class="export-address mono small"
          aria-label="Address"
          readOnly
          value={location.href}
        />
        <button type="button" class="pill" onClick={() => void copy()}>
          Copy
        </button>
        <span class="small" role="status">
          {copied.value}
        </span>
      </p>
    </Group>
  );
}
