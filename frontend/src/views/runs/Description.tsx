/** What people say of a run: its name and its tags, to be changed in its row. */
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../../actions/ask";
import * as api from "../../protocol/api";
import type { ListedRun } from "../../protocol/wire";
import * as list from "../../run/list";

/** The run whose name and tags are being changed. */
export const described = signal<string | null>(null);

/** What had the focus before, which gets it back. */
let before: HTMLElement | null = null;

export function describe(id: string): void {
  before = document.activeElement as HTMLElement | null;
  described.value = described.value === id ? null : id;
}

/** Tells the server; whether it took it. */
export async function say(id: string, what: Parameters<typeof api.describeRun>[1]): Promise<boolean> {
  const run = await ask(null, () => api.describeRun(id, what));
  await list.refresh();
  return run !== null;
}

const tagsIn = (text: string) => text.split(",").flatMap((tag) => tag.trim() || []);

export function Description({ run }: { run: ListedRun }) {
  const first = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(run.name);
  const [tags, setTags] = useState(run.tags.join(", "));
  useEffect(() => first.current?.select(), []);
  const close = () => {
    described.value = null;
    before?.focus();
  };
  const save = async () => {
    if (await say(run.id, { name: name.trim() || run.name, tags: tagsIn(tags) })) close();
  };
  return (
    <form
      class="run-description"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        event.stopPropagation(); // what is typed is no key of the page
        if (event.key === "Escape") close();
      }}
    >
      <label>
        <span class="small muted">Name</span>
        <input
          ref={first}
          class="run-text"
          value={name}
          maxLength={200}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <label>
        <span class="small muted">Tags, with commas between</span>
        <input class="run-text" value={tags} onInput={(event) => setTags(event.currentTarget.value)} />
      </label>
      <button type="submit" class="link">
        Save
      </button>
      <button type="button" class="link" onClick={close}>
        Cancel
      </button>
    </form>
  );
}
