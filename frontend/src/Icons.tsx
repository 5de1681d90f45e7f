/** The few signs on the page, drawn as lines in the colour of the text. */
import type { ComponentChildren } from "preact";

function icon(children: ComponentChildren, size = 16) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="currentColor"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

const stroke = {
  fill: "none",
  stroke: "currentColor",
  "stroke-width": 1.5,
  "stroke-linecap": "round",
  "stroke-linejoin": "round",
} as const;

export const Play = ({ size = 16 }: { size?: number }) =>
  icon(<path d="M4.2 2.3v11.4a.6.6 0 0 0 .9.5l9.2-5.7a.6.6 0 0 0 0-1L5.1 1.8a.6.6 0 0 0-.9.5z" />, size);
export const Pause = ({ size = 16 }: { size?: number }) =>
  icon(<path d="M3.5 2h3v12h-3zM9.5 2h3v12h-3z" />, size);
export const Stop = ({ size = 16 }: { size?: number }) => icon(<path d="M3.5 3.5h9v9h-9z" />, size);
export const Step = () =>
  icon(<path d="M3 2.6v10.8a.5.5 0 0 0 .8.4l7.2-5.2V13.5h2v-11h-2v4.9L3.8 2.2a.5.5 0 0 0-.8.4z" />);
/** A step as its parts, one after the other. */
export const Slow = () =>
  icon(<path d="M2 8h2.2M6.2 8h2.2M10.4 8h3.2M10.8 5.2 13.6 8l-2.8 2.8" {...stroke} />);
export const Back = () => icon(<path d="M10 3 5 8l5 5" {...stroke} />);
export const On = () => icon(<path d="M6 3l5 5-5 5" {...stroke} />);
export const Reset = () => icon(<path d="M3.2 6.2A5.2 5.2 0 1 1 2.8 9M3 2.6v3.7h3.7" {...stroke} />);
export const Upload = () => icon(<path d="M8 10.5V2.8M4.8 5.6 8 2.4l3.2 3.2M2.5 10.5v3h11v-3" {...stroke} />);
export const Pencil = () =>
  icon(
    <path d="M2.6 13.4l.8-3.2 7.4-7.4a1.6 1.6 0 0 1 2.3 0l.1.1a1.6 1.6 0 0 1 0 2.3L5.8 12.6z" {...stroke} />,
  );
export const Sun = () =>
  icon(
    <path
      d="M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1"
      {...stroke}
    />,
  );
export const Moon = () =>
  icon(<path d="M13.4 9.7A5.8 5.8 0 0 1 6.3 2.6a5.8 5.8 0 1 0 7.1 7.1z" {...stroke} />);
export const System = () =>
  icon(
    <>
      <circle cx="8" cy="8" r="6" {...stroke} />
      <path d="M8 2a6 6 0 0 1 0 12z" />
    </>,
  );
export const Close = () => icon(<path d="M3.5 3.5l9 9M12.5 3.5l-9 9" {...stroke} />);
