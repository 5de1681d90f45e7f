/** What the parts of the dialog are made of: a group, a button with words beside it, a choice. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { making } from "./making";

export function Group({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <section class="export-group" aria-label={name}>
      <h3>{name}</h3>
      {children}
    </section>
  );
}

export function Make({
  label,
  children,
  act,
}: {
  label: string;
  children: ComponentChildren;
  act: () => void;
}) {
  return (
    <p class="export-row">
      <button type="button" class="pill" disabled={making.value !== null} onClick={act}>
        {label}
      </button>
      <span class="small muted">{children}</span>
    </p>
  );
}

export function Choice<T extends string | number>(props: {
  label: string;
  value: { value: T };
  options: [T, string][];
}) {
  const { label, value, options } = props;
  const id = useId();
  return (
    <span class="export-choice small">
      <label for={id}>{label}</label>
      <select
        id={id}
        class="choice"
        value={String(value.value)}
        onChange={(event) => {
          const found = options.find(([option]) => String(option) === event.currentTarget.value);
          if (found) value.value = found[0];
        }}
      >
        {options.map(([option, word]) => (
          <option key={option} value={String(option)}>
            {word}
          </option>
        ))}
      </select>
    </span>
  );
}
