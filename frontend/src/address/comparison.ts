/** A comparison in the address: #compare=id,id,id&clock=seconds opens it again. */
import { signal } from "@preact/signals";
import { CLOCKS, type Clock } from "../compare/clock";
import { open, startFollowing } from "../compare/following";
import { startPlaying } from "../compare/player";
import { clock, members, position, rolling } from "../compare/state";
import { keepers } from "./here";

/** Runs apart by commas; those that repeat one with other seeds after it, by dots. */
const written = () =>
  members.value
    .map(({ history, repeats }) => [history, ...repeats].map(({ info }) => info.id).join("."))
    .join(",");

/** Runs that are being opened: until they are there, the address has them. */
const opening = signal<string | null>(null);

/** Lets the address know of comparisons, and lets these go on; once. */
export function startComparing(): void {
  startFollowing();
  startPlaying();
  keepers.set("compare", {
    write: () => opening.value ?? (members.value.length > 0 ? written() : null),
    read: (text) => {
      if (text === null || text === written()) return null;
      opening.value = text;
      void open(text.split(",").map((group) => group.split(".").filter(Boolean))).then((there) => {
        opening.value = null;
        if (there) position.value = wanted;
      });
      return null;
    },
  });
  keepers.set("clock", {
    write: () => (members.value.length > 0 && clock.value !== "seconds" ? clock.value : null),
    read: (text) => {
      const found = CLOCKS.find((one) => one === (text ?? "seconds"));
      if (!found) return `The address names the clock "${text}"; there are ${CLOCKS.join(", ")}.`;
      clock.value = found as Clock;
      return null;
    },
  });
  keepers.set("when", {
    write: () =>
      position.value === null || rolling.value ? null : String(Number(position.value.toPrecision(6))),
    read: (text) => {
      const at = text === null ? null : Number(text);
      if (at !== null && !(at >= 0))
        return `The address names the time "${text}"; a number from 0 is needed.`;
      wanted = at;
      if (opening.value === null) position.value = at;
      return null;
    },
  });
}

/** The time of a comparison that is being opened. */
let wanted: number | null = null;
