/** The moment of the chosen run whose energy is sampled: one of its snapshots, or the newest. */
import { explains } from "../words/explaining";
import { count } from "../words/format";
import { SAMPLING } from "../words/terms";
import { chooseMoment, momentOf, moments } from "./state";

export function Moment() {
  const steps = moments.value;
  if (steps.length < 2) return null;
  const last = steps.length - 1;
  const step = momentOf.value;
  // a snapshot may have made room for newer ones since it was chosen
  const index = step === null ? last : steps.findLastIndex((one) => one <= step);
  const text = step === null ? "newest" : count(step);
  return (
    <div class="field">
      <label for="sampled-moment" {...explains(SAMPLING.moment)}>
        At update
      </label>
      <span class="mono">{text}</span>
      <input
        id="sampled-moment"
        type="range"
        class="slider"
        min={0}
        max={last}
        value={index}
        style={{ "--share": `${(100 * index) / last}%` }}
        aria-valuetext={text}
        onInput={(event) => {
          const chosen = Number(event.currentTarget.value);
          chooseMoment(chosen === last ? null : steps[chosen]!);
        }}
      />
    </div>
  );
}
