/** The button of slow motion in the transport. */
import * as Icons from "../Icons";
import { type Explanation, explains } from "../words/explaining";
import { motion } from "./state";

interface ControlProps {
  disabled: boolean;
  explanation: Explanation;
  begin: () => void;
}

export function SlowButton({ disabled, explanation, begin }: ControlProps) {
  return (
    <button
      type="button"
      class="round"
      disabled={disabled}
      onClick={begin}
      aria-label="Slow motion"
      aria-pressed={motion.value !== null}
      {...explains(explanation)}
    >
      <Icons.Slow />
    </button>
  );
}
