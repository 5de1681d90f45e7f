/** Contour lines of a field by marching squares, joined into polylines. */

/** One line: x0, y0, x1, y1, ... in columns and rows of the grid; closed where the last point equals the first. */
export type Line = number[];

/** The edges of a cell that each case joins: 0 lower, 1 right, 2 upper, 3 left; saddles (5 and 10) are settled apart. */
const CASES = [
  0, 0, 3, 0, 0, 1, 3, 1, 1, 2, 0, 0, 0, 2, 3, 2, 2, 3, 2, 0, 0, 0, 2, 1, 1, 3, 1, 0, 0, 3, 0, 0,
];

/** Finds contours on row-major grids of size x size values, without allocating but for the lines. */
export class Contours {
  /** For each edge the two it is joined to, or -1. Edge 2 * cell goes right from a value, edge 2 * cell + 1 goes up. */
  private readonly joined: Int32Array;
  private readonly crossed: number[] = [];
  /** How many levels lie below each value. */
  private readonly bands: Uint8Array;

  constructor(readonly size: number) {
    this.joined = new Int32Array(4 * size * size).fill(-1);
    this.bands = new Uint8Array(size * size);
  }

  /** For each of the ascending levels the lines on which the field crosses it. */
  lines(values: Float32Array, levels: readonly number[]): Line[][] {
    const cells = this.cellsCrossed(values, levels);
    return levels.map((level, k) => {
      for (const cell of cells[k] as number[]) this.joinEdges(values, cell, level);
      return this.collect(values, level);
    });
  }

  private cellsCrossed(values: Float32Array, levels: readonly number[]): number[][] {
    const { size, bands } = this;
    for (let i = 0; i < bands.length; i++) {
      const value = values[i] as number;
      let band = 0;
      while (band < levels.length && value > (levels[band] as number)) band++;
      bands[i] = band;
    }
    const cells: number[][] = levels.map(() => []);
    for (let row = 0; row + 1 < size; row++) {
      for (let cell = row * size; cell < row * size + size - 1; cell++) {
        const b0 = bands[cell] as number;
        const b1 = bands[cell + 1] as number;
        const b2 = bands[cell + size + 1] as number;
        const b3 = bands[cell + size] as number;
        if (b0 === b1 && b0 === b2 && b0 === b3) continue;
        const highest = Math.max(b0, b1, b2, b3);
        for (let k = Math.min(b0, b1, b2, b3); k < highest; k++) (cells[k] as number[]).push(cell);
      }
    }
    return cells;
  }

  private joinEdges(values: Float32Array, cell: number, level: number): void {
    const { size } = this;
    const v0 = values[cell] as number;
    const v1 = values[cell + 1] as number;
    const v2 = values[cell + size + 1] as number;
    const v3 = values[cell + size] as number;
    const code = (v0 > level ? 1 : 0) | (v1 > level ? 2 : 0) | (v2 > level ? 4 : 0) | (v3 > level ? 8 : 0);
    if (code === 5 || code === 10) {
      const highMiddle = v0 + v1 + v2 + v3 > 4 * level;
      const aroundRight = (code === 5) === highMiddle;
      this.join(this.edge(cell, 0), this.edge(cell, aroundRight ? 1 : 3));
      this.join(this.edge(cell, 2), this.edge(cell, aroundRight ? 3 : 1));
    } else {
      this.join(this.edge(cell, CASES[2 * code] as number), this.edge(cell, CASES[2 * code + 1] as number));
    }
  }

  private edge(cell: number, side: number): number {
    if (side === 0) return 2 * cell;
    if (side === 1) return 2 * cell + 3;
    return side === 2 ? 2 * (cell + this.size) : 2 * cell + 1;
  }

  private join(a: number, b: number): void {
    this.link(a, b);
    this.link(b, a);
  }

  private link(from: number, to: number): void {
    if (this.joined[2 * from] === -1) {
      this.joined[2 * from] = to;
      this.crossed.push(from);
    } else {
      this.joined[2 * from + 1] = to;
    }
  }

  /** Follows the joined edges, first those that end at the border, and clears them. */
  private collect(values: Float32Array, level: number): Line[] {
    const { joined, crossed } = this;
    const lines: Line[] = [];
    for (const edge of crossed) {
      if (joined[2 * edge] !== -1 && joined[2 * edge + 1] === -1)
        lines.push(this.follow(edge, values, level));
    }
    for (const edge of crossed) {
      if (joined[2 * edge] !== -1) lines.push(this.follow(edge, values, level));
    }
    crossed.length = 0;
    return lines;
  }

  private follow(start: number, values: Float32Array, level: number): Line {
    const { joined } = this;
    const line: Line = [];
    let previous = -1;
    let edge = start;
    while (edge !== -1 && joined[2 * edge] !== -1) {
      this.pushCrossing(line, edge, values, level);
      const a = joined[2 * edge] as number;
      const b = joined[2 * edge + 1] as number;
      joined[2 * edge] = -1;
      joined[2 * edge + 1] = -1;
      const ahead = a === previous ? b : a;
      previous = edge;
      edge = ahead;
    }
    if (edge === start) line.push(line[0] as number, line[1] as number);
    return line;
  }

  private pushCrossing(line: Line, edge: number, values: Float32Array, level: number): void {
    const { size } = this;
    const up = edge & 1;
    const cell = edge >> 1;
    const here = values[cell] as number;
    const there = values[up ? cell + size : cell + 1] as number;
    const t = (level - here) / (there - here);
    line.push((cell % size) + (up ? 0 : t), Math.floor(cell / size) + (up ? t : 0));
  }
}
