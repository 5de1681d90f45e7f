/** The mark of a class on the stage, beside its name. */
import { classShape } from "../stage/classes";

export function ClassMark({ label }: { label: number }) {
  const { corners, hue } = classShape(label);
  return (
    <svg viewBox="-1.3 -1.3 2.6 2.6" width="12" height="12" aria-hidden="true" focusable="false">
      <polygon points={corners.join(" ")} fill={hue} stroke="currentColor" stroke-width="0.14" />
    </svg>
  );
}
