/** Colour maps as look-up tables: viridis, and a diverging map from violet to green that colour-blind people can read. */

/** Colours packed for an ImageData's 32-bit viewport: alpha, blue, green, red from the highest byte (little-endian). */
export type LookUpTable = Uint32Array;

export const LEVELS = 1024;

// Viridis at 0, 1/32, ... 1 (van der Walt and Smith, https://bids.github.io/colormap/, CC0).
const VIRIDIS =
  "440154 470d60 48186a 482374 472d7b 453781 424086 3e4989 3b528b 375b8d 33638d 2f6b8e 2c728e 297a8e 26828e 23898e 21918c " +
  "1f988b 1fa088 22a785 28ae80 32b67a 3fbc73 4ec36b 5ec962 70cf57 84d44b 98d83e addc30 c2df23 d8e219 ece51b fde725";

// Violet: the data has mass that the model lacks. Green: the model has mass that is not in the data. The hues of data and
// chains are left to those.
const DIVERGING = {
  dark: "dccbff b394f5 8358d8 452c80 15191f 15472f 1f8150 4fc98a b4f5d0",
  light: "3a1a7a 6a3fc4 9d7fdf d6c9f2 f7f7f4 bfe6cf 62b98a 1f8150 0b4a2b",
} as const;

export function pack(red: number, green: number, blue: number): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** The colour of a packed entry as "rgb(r, g, b)". */
export function cssColor(packed: number): string {
  return `rgb(${packed & 255}, ${(packed >> 8) & 255}, ${(packed >> 16) & 255})`;
}

/** A table of `LEVELS` colours through equally spaced stops. */
export function tableFromStops(stops: string): LookUpTable {
  const colors = stops.split(" ").map((hex) => Number.parseInt(hex, 16));
  const table = new Uint32Array(LEVELS);
  for (let k = 0; k < LEVELS; k++) {
    const position = (k / (LEVELS - 1)) * (colors.length - 1);
    const i = Math.min(Math.floor(position), colors.length - 2);
    const mix = (shift: number) => {
      const a = ((colors[i] as number) >> shift) & 255;
      const b = ((colors[i + 1] as number) >> shift) & 255;
      return Math.round(a + (b - a) * (position - i));
    };
    table[k] = pack(mix(16), mix(8), mix(0));
  }
  return table;
}

/** Dark for 0, bright yellow for 1. */
export const viridis = tableFromStops(VIRIDIS);

/** Spans of energy above the lowest that its colours cover: the first takes most of them, the rest fade out. */
export const ENERGY_REACH = 2.5;

/** Indexed by energy from the lowest up to ENERGY_REACH spans above it: low is bright, and the far field still differs. */
export const energyColors = viridis.map((_, k) => {
  const fade = (spans: number) => spans / Math.hypot(1, spans);
  const depth = fade((ENERGY_REACH * k) / (LEVELS - 1)) / fade(ENERGY_REACH);
  return viridis[Math.round((1 - depth) * (LEVELS - 1))] as number;
});

/** Nats above the peak's energy at which a density has faded to nothing. */
export const DENSITY_SPAN = 7;

/** Indexed by energy from the peak's up to DENSITY_SPAN nats above it: the colour of exp(-E) in viridis. */
export const densityColors = viridis.map((_, k) => {
  const density = Math.exp((-DENSITY_SPAN * k) / (LEVELS - 1));
  return viridis[Math.round(density * (LEVELS - 1))] as number;
});

// From the colour of the page for what is sure to its ink for what is not, so that coloured classes stand out on it.
const GREYS = {
  dark: "14181e 39414d 7a8594 c4cbd4 eef1f4",
  light: "f7f7f4 d3d6d4 9aa1aa 5d6672 2b313a",
} as const;

/** Indexed by uncertainty: neutral, the background's own for 0. */
export const uncertaintyColors = {
  dark: tableFromStops(GREYS.dark),
  light: tableFromStops(GREYS.light),
} as const;

export const differenceColors = {
  dark: tableFromStops(DIVERGING.dark),
  light: tableFromStops(DIVERGING.light),
} as const;
