/** A field of a form: its name, its value, a slider where it has bounds, and what is wrong with it. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Json } from "../protocol/wire";
import { type Explanation, explains } from "../words/explaining";
import { setting } from "../words/format";
import { bounds, type Control, type Field, type NumberControl } from "./schema";
import { fromPosition, moved, STEPS, scaleOf, toPosition } from "./slider";

export type Change = (path: string, value: Json) => void;

interface RowProps {
  field: Field;
  value: Json;
  fault: string | undefined;
  change: Change;
  /** Said after the description and the bounds. */
  hint?: string;
  /** Before the name. */
  before?: ComponentChildren;
  /** After the name. */
  after?: ComponentChildren;
  /** Tells its field from one of the same name in another form. */
  form?: string;
}

export function Row({ field, value, fault, change, hint = "", before, after, form = "" }: RowProps) {
  const id = `field-${form}${field.path.replaceAll(".", "-")}`;
  return (
    <div class="field" data-fault={fault ? true : undefined}>
      <label for={id} {...explains(explanationOf(field, hint))}>
        {before}
        {field.label}
        {field.symbol && <span class="muted symbol"> {field.symbol}</span>}
        {field.unit && <span class="muted small">, {field.unit}</span>}
        {after}
      </label>
      <Input
        id={id}
        field={field}
        value={value}
        change={change}
        describedBy={fault ? `${id}-fault` : undefined}
      />
      {fault && (
        <p class="small fault" id={`${id}-fault`} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}

/** What a setting is, what it may be, and when it takes effect. */
export function explanationOf({ label, symbol, description, control }: Field, hint = ""): Explanation {
  const allowed = control.type === "number" ? `Allowed: ${bounds(control)}.` : "";
  const good = [allowed, hint].filter(Boolean).join(" ");
  return { name: [label, symbol].filter(Boolean).join(" "), text: description, ...(good && { good }) };
}

interface InputProps {
  id: string;
  field: Field;
  value: Json;
  change: Change;
  describedBy: string | undefined;
}

function Input({ id, field, value, change, describedBy }: InputProps) {
  const { control, path } = field;
  switch (control.type) {
    case "number":
      return (
        <NumberInput
          id={id}
          field={field}
          control={control}
          value={value as number | string | null}
          change={change}
          describedBy={describedBy}
        />
      );
    case "switch":
      return (
        <input
          id={id}
          type="checkbox"
          class="switch"
          checked={value === true}
          onChange={(event) => change(path, event.currentTarget.checked)}
        />
      );
    case "choice":
    case "plug-in":
      return <Select id={id} path={path} control={control} value={value} change={change} />;
    case "list":
      return (
        <TextInput
          id={id}
          text={Array.isArray(value) ? value.join(", ") : ""}
          placeholder="none"
          describedBy={describedBy}
          commit={(text) => change(path, numbersIn(text))}
        />
      );
    default:
      return (
        <TextInput
          id={id}
          text={String(value ?? "")}
          describedBy={describedBy}
          commit={(text) => change(path, text)}
        />
      );
  }
}

function NumberInput({
  id,
  field,
  control,
  value,
  change,
  describedBy,
}: {
  id: string;
  field: Field;
  control: NumberControl;
  value: number | string | null;
  change: Change;
  describedBy: string | undefined;
}) {
  const number = typeof value === "number" ? value : null;
  const { words } = control;
  const scale = words ? null : scaleOf(control, typeof field.initial === "number" ? field.initial : number);
  return (
    <>
      <TextInput
        id={id}
        text={value === null ? "" : setting(value).replaceAll(",", "")}
        describedBy={describedBy}
        numeric={!words}
        placeholder={words ? `a number, or ${words.join(", ")}` : "none"}
        commit={(text) => change(field.path, numberIn(text))}
        move={scale && ((by) => change(field.path, moved(scale, number ?? scale.low, by, control)))}
      />
      {scale && (
        <input
          type="range"
          class="slider"
          tabIndex={-1}
          min={0}
          max={STEPS}
          step={scale.integer && !scale.log ? STEPS / Math.max(1, scale.high - scale.low) : 1}
          value={toPosition(scale, number ?? scale.low)}
          style={{ "--share": `${toPosition(scale, number ?? scale.low) / (STEPS / 100)}%` }}
          aria-label={field.label}
          aria-valuetext={setting(value)}
          onInput={(event) =>
            change(field.path, fromPosition(scale, Number(event.currentTarget.value), control))
          }
        />
      )}
    </>
  );
}

function Select({
  id,
  path,
  control,
  value,
  change,
}: {
  id: string;
  path: string;
  control: Extract<Control, { type: "choice" | "plug-in" }>;
  value: Json;
  change: Change;
}) {
  const chosen =
    control.type === "plug-in" ? ((value as { kind?: string } | null)?.kind ?? "") : String(value ?? "");
  const options =
    control.type === "plug-in"
      ? control.options
      : control.options.map((option) => ({ kind: option, title: option.replaceAll("_", " ") }));
  return (
    <select
      id={id}
      class="choice"
      value={chosen}
      onChange={(event) => change(path, event.currentTarget.value || null)}
    >
      {control.nullable && <option value="">none</option>}
      {options.map(({ kind, title }) => (
        <option key={kind} value={kind}>
          {title}
        </option>
      ))}
    </select>
  );
}

interface TextProps {
  id: string;
  text: string;
  commit: (text: string) => void;
  describedBy: string | undefined;
  numeric?: boolean;
  placeholder?: string;
  /** Changes the value by some positions of its slider. */
  move?: ((by: number) => void) | null;
}

/** Takes what is typed with Enter or on leaving; Escape brings back what stood there; arrows do what the slider does. */
function TextInput({ id, text, commit, describedBy, numeric = false, placeholder, move }: TextProps) {
  const typed = useSignal<string | null>(null);
  const finish = () => {
    if (typed.value !== null && typed.value !== text) commit(typed.value);
    typed.value = null;
  };
  return (
    <input
      id={id}
      type="text"
      class="value mono"
      inputMode={numeric ? "decimal" : "text"}
      autocomplete="off"
      spellcheck={false}
      value={typed.value ?? text}
      placeholder={placeholder}
      aria-describedby={describedBy}
      aria-invalid={describedBy !== undefined}
      onInput={(event) => {
        typed.value = event.currentTarget.value;
      }}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === "Enter") finish();
        if (event.key === "Escape") typed.value = null;
        const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (!way || !move) return;
        event.preventDefault();
        typed.value = null;
        move(way * (event.shiftKey ? 100 : 10));
      }}
    />
  );
}

/** 1,234 and 12,345.6; 0,001 is none of them. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;

/** A number as people type it; empty is none. What is no number stays text, and the check refuses it. */
export function numberIn(text: string): Json {
  const typed = text.trim().replace("−", "-");
  const plain = THOUSANDS.test(typed) ? typed.replaceAll(",", "") : typed.replace(",", ".");
  if (plain === "") return null;
  const value = Number(plain);
  return Number.isNaN(value) ? text : value;
}

function numbersIn(text: string): Json {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  return parts.map((part) => (Number.isNaN(Number(part)) ? part : Number(part)));
}
