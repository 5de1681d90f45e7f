/** The slow motion that is shown, and where in it one is. */
import { batch, computed, signal } from "@preact/signals";
import { type Motion, type Phase, standing } from "./motion";

export interface Shown {
  motion: Motion;
  /** Makes the next one; null where that was not done. */
  next: () => Promise<Shown | null>;
  /** Whether the stage still shows what it is of. */
  holds: () => boolean;
}

const shown = signal<Shown | null>(null);
export const at = signal(0);
export const playing = signal(false);

export const motion = computed<Motion | null>(() => (shown.value?.holds() ? shown.value.motion : null));
export const phase = computed<Phase | null>(() => motion.value?.phases[at.value] ?? null);

export function show(next: Shown): void {
  batch(() => {
    shown.value = next;
    at.value = 0;
    playing.value = false;
  });
}

export function close(): void {
  hold();
  shown.value = null;
}

/** Goes to a phase, and holds there. */
export function seek(to: number): void {
  hold();
  go(to);
}

/** Plays the phases through, or holds. */
export function toggle(): void {
  const last = (motion.value?.phases.length ?? 0) - 1;
  if (playing.value) {
    hold();
    return;
  }
  if (at.value >= last) at.value = 0;
  playing.value = true;
  goOn();
}

/** Shows what is made, unless slow motion is left or another begun while it comes. */
export async function begin(make: () => Promise<Shown | null>): Promise<void> {
  hold();
  const before = shown.value;
  const made = await make();
  if (made && shown.value === before) show(made);
}

/** The next update, or step, in slow motion. */
export async function more(): Promise<void> {
  if (shown.value) await begin(shown.value.next);
}

/** What a key does while slow motion is shown; none where it has another meaning. */
export function keyOf(key: string): (() => void) | undefined {
  if (!motion.value) return undefined;
  const meanings: Record<string, () => void> = {
    " ": toggle,
    ArrowLeft: () => seek(at.value - 1),
    ArrowRight: () => seek(at.value + 1),
    Home: () => seek(0),
    End: () => seek(motion.value!.phases.length - 1),
    Escape: close,
    m: () => void more(),
  };
  return meanings[key];
}

let timer: ReturnType<typeof setTimeout> | undefined;

function hold(): void {
  clearTimeout(timer);
  playing.value = false;
}

function go(to: number): void {
  const last = (motion.value?.phases.length ?? 1) - 1;
  at.value = Math.max(0, Math.min(to, last));
}

function goOn(): void {
  const now = phase.value;
  if (!now) {
    hold();
    return;
  }
  timer = setTimeout(() => {
    go(at.value + 1);
    if (at.value >= (motion.value?.phases.length ?? 0) - 1) hold();
    else goOn();
  }, standing(now));
}
