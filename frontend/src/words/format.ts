/** Numbers as people read them: as many digits as they deserve, a true minus sign, units. */

const NONE = "—";
const SUPERSCRIPTS: Record<string, string> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

/** A figure with `digits` significant digits; very large and very small ones as 1.2 × 10⁵. */
export function significant(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-4) return scientific(value, Math.min(digits, 2));
  const whole = Math.floor(Math.log10(size)) + 1;
  const decimals = Math.max(0, digits - whole);
  return minus(group(value.toFixed(decimals)));
}

/** A figure with a fixed number of decimals, such as T 1.00. */
export function fixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  if (!Number.isFinite(value) || Math.abs(value) >= 1e5) return significant(value);
  return minus(group(value.toFixed(decimals)));
}

/** A coordinate, to a hundredth or so of what is one position of the stage, and never rounded above that. */
export function located(value: number, unit: number): string {
  const finest = Math.floor(Math.log10(unit) + 0.3) - 2;
  if (finest >= -9 && Math.abs(value) < 1e15) return minus(value.toFixed(Math.max(0, -finest)));
  const power = Math.floor(Math.log10(Math.abs(value) || 1));
  return scientific(value, Math.max(1, power - finest + 1));
}

/** A share as a percentage: 0.012 is 1.2 %. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return NONE;
  const value = share * 100;
  if (value === 0) return "0 %";
  return `${Math.abs(value) < 0.01 ? `< 0.01` : fixed(value, Math.abs(value) < 1 ? 2 : 1)} %`;
}

/** A divergence in nats: 1.24, 0.38, 0.012, never more decimals than its noise allows. */
export function nats(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  const size = Math.abs(value);
  if (size < 0.0005) return minus(value.toFixed(4));
  if (size < 0.1) return minus(value.toFixed(3));
  return significant(value, size < 1 ? 2 : 3);
}

/** An update's number in a counter that never changes width: 004,120. */
export function counter(step: number): string {
  const digits = Math.max(0, Math.floor(step)).toString().padStart(6, "0");
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count with thousands marked: 1,200. */
export function count(value: number): string {
  return group(Math.round(value).toString());
}

/** A rate: 412, 8.4 or 0.35. */
export function rate(perSecond: number): string {
  if (!(perSecond > 0)) return "0";
  return perSecond >= 100 ? count(perSecond) : significant(perSecond, 2);
}

/** A length of time: 0.4 s, 34 s, 2 min 5 s, 1 h 12 min. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** How long ago something was: just now, 3 min ago, 2 days ago. */
export function ago(then: string | number | null, now: number): string {
  const time = typeof then === "number" ? then * 1000 : Date.parse(then ?? "");
  if (Number.isNaN(time)) return NONE;
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86400) return `${Math.round(seconds / 3600)} h ago`;
  const days = Math.round(seconds / 86400);
  return `${days} ${days === 1 ? "day" : "days"} ago`;
}

/** A setting's value: shortest form that is exact to four digits. */
export function setting(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") {
    if (Number.isInteger(value) && Math.abs(value) < 1e6) return count(value).replace("-", "−");
    return minus(
      Number(value.toPrecision(3))
        .toString()
        .replace(/e([+-]\d+)$/, "e$1"),
    );
  }
  if (Array.isArray(value)) return value.map(setting).join(", ");
  if (typeof value === "object") return String((value as { kind?: unknown }).kind ?? JSON.stringify(value));
  return String(value);
}

/** A message as a sentence: with a capital, unless it begins with the name of a file or a field, and a full stop. */
export function sentence(text: string): string {
  const plain = text.trim().replace(/[.\s]*$/, "");
  const named = /^\S*[._/\\]\w/.test(plain);
  const end = /[?!]$/.test(plain) ? "" : ".";
  return `${named ? plain.charAt(0) : plain.charAt(0).toUpperCase()}${plain.slice(1)}${end}`;
}

function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const power = [...exponent.replace("+", "")].map((character) => SUPERSCRIPTS[character]).join("");
  return `${minus(mantissa)} × 10${power}`;
}

function group(digits: string): string {
  const [whole, decimals] = digits.split(".") as [string, string | undefined];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

function minus(digits: string): string {
  return digits.replace(/^-/, "−");
}
