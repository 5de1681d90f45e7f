/** A canvas that writes SVG: what is drawn on it becomes lines, letters and shapes, and maps stay images.
 *
 * It knows the part of a canvas' context that the stage draws with. Canvases that its `document` makes are drawn upon in the
 * same way, so that marks, too, are shapes, written once and used wherever they stand.
 */

interface State {
  fillStyle: string | SvgGradient;
  strokeStyle: string;
  lineWidth: number;
  lineJoin: string;
  lineCap: string;
  globalAlpha: number;
  font: string;
  textAlign: string;
  textBaseline: string;
  /** From what is drawn to the picture: x -> scale x + left, and so for y. */
  scale: [number, number];
  shift: [number, number];
}

const FIRST: State = {
  fillStyle: "#000000",
  strokeStyle: "#000000",
  lineWidth: 1,
  lineJoin: "miter",
  lineCap: "butt",
  globalAlpha: 1,
  font: "12px sans-serif",
  textAlign: "left",
  textBaseline: "alphabetic",
  scale: [1, 1],
  shift: [0, 0],
};

const ANCHORS: Record<string, string> = { left: "start", center: "middle", right: "end" };
const BASELINES: Record<string, string> = { top: "text-before-edge", middle: "central" };

const round = (value: number) => String(Number(value.toFixed(2)));

export const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

class SvgGradient {
  readonly stops: string[] = [];
  constructor(readonly ends: [number, number, number, number]) {}

  addColorStop(at: number, color: string): void {
    this.stops.push(`<stop offset="${round(at)}" stop-color="${color}"/>`);
  }
}

/** What all canvases of one picture share: things that are written once, and their numbers. */
class Definitions {
  readonly written: string[] = [];
  private readonly known = new Map<object, string>();

  id(of: object, write: (id: string) => string): string {
    const known = this.known.get(of);
    if (known) return known;
    const id = `p${this.known.size + 1}`;
    this.known.set(of, id);
    this.written.push(write(id));
    return id;
  }
}

export class SvgContext {
  private readonly parts: string[] = [];
  private readonly kept: State[] = [];
  private path: string[] = [];
  private state: State = { ...FIRST };
  imageSmoothingEnabled = true;

  constructor(private readonly definitions: Definitions) {
    for (const name of Object.keys(FIRST) as (keyof State)[])
      if (name !== "scale" && name !== "shift")
        Object.defineProperty(this, name, {
          get: () => this.state[name],
          set: (value) => Object.assign(this.state, { [name]: value }),
        });
  }

  get content(): string {
    return this.parts.join("\n");
  }

  save(): void {
    this.kept.push({ ...this.state, scale: [...this.state.scale], shift: [...this.state.shift] });
  }

  restore(): void {
    this.state = this.kept.pop() ?? this.state;
  }

  setTransform(a: number, _b: number, _c: number, d: number, e: number, f: number): void {
    this.state.scale = [a, d];
    this.state.shift = [e, f];
  }

  scale(x: number, y: number): void {
    const { scale } = this.state;
    this.state.scale = [scale[0] * x, scale[1] * y];
  }

  translate(x: number, y: number): void {
    const { scale, shift } = this.state;
    this.state.shift = [shift[0] + scale[0] * x, shift[1] + scale[1] * y];
  }

  beginPath(): void {
    this.path = [];
  }

  moveTo(x: number, y: number): void {
    this.path.push(`M${this.at(x, y)}`);
  }

  lineTo(x: number, y: number): void {
    this.path.push(`${this.path.length > 0 ? "L" : "M"}${this.at(x, y)}`);
  }

  closePath(): void {
    this.path.push("Z");
  }

  /** Whole circles alone. */
  arc(x: number, y: number, radius: number): void {
    const r = round(radius * this.state.scale[0]);
    const [left, right] = [this.at(x - radius, y), this.at(x + radius, y)];
    this.path.push(`M${left}A${r} ${r} 0 1 1 ${right}A${r} ${r} 0 1 1 ${left}Z`);
  }

  /** Its corners are drawn square. */
  roundRect(x: number, y: number, width: number, height: number): void {
    this.path.push(
      `M${this.at(x, y)}L${this.at(x + width, y)}L${this.at(x + width, y + height)}L${this.at(x, y + height)}Z`,
    );
  }

  fill(): void {
    this.write(`<path d="${this.path.join("")}" ${this.filling}/>`);
  }

  stroke(): void {
    if (this.path.length > 0) this.write(`<path d="${this.path.join("")}" fill="none" ${this.stroking}/>`);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    if (width <= 0 || height <= 0) return;
    const { scale } = this.state;
    const place = `x="${round(this.x(x))}" y="${round(this.y(y))}"`;
    this.write(
      `<rect ${place} width="${round(width * scale[0])}" height="${round(height * scale[1])}" ${this.filling}/>`,
    );
  }

  fillText(text: string, x: number, y: number): void {
    this.text(text, x, y, this.filling);
  }

  strokeText(text: string, x: number, y: number): void {
    this.text(text, x, y, `fill="none" ${this.stroking}`);
  }

  createLinearGradient(x0: number, y0: number, x1: number, y1: number): SvgGradient {
    return new SvgGradient([this.x(x0), this.y(y0), this.x(x1), this.y(y1)]);
  }

  drawImage(image: HTMLCanvasElement | SvgCanvas, x: number, y: number, width: number, height: number): void {
    const { scale, globalAlpha } = this.state;
    const [across, down] = [(width * scale[0]) / image.width, (height * scale[1]) / image.height];
    const place = `transform="translate(${round(this.x(x))} ${round(this.y(y))}) scale(${across.toPrecision(6)} ${down.toPrecision(6)})"`;
    const id = this.definitions.id(image, (name) =>
      image instanceof SvgCanvas
        ? `<g id="${name}">${image.context.content}</g>`
        : `<image id="${name}" width="${image.width}" height="${image.height}" href="${image.toDataURL("image/png")}"/>`,
    );
    this.write(`<use href="#${id}" ${place}${globalAlpha < 1 ? ` opacity="${globalAlpha}"` : ""}/>`);
  }

  private text(text: string, x: number, y: number, paint: string): void {
    const { font, textAlign, textBaseline, scale } = this.state;
    const [, size, family] = /([\d.]+)px (.*)/.exec(font) ?? ["", "12", "sans-serif"];
    const base = BASELINES[textBaseline];
    this.write(
      `<text x="${round(this.x(x))}" y="${round(this.y(y))}" font-size="${round(Number(size) * scale[0])}" ` +
        `font-family="${escaped(family!)}" text-anchor="${ANCHORS[textAlign] ?? "start"}"` +
        `${base ? ` dominant-baseline="${base}"` : ""} ${paint}>${escaped(text)}</text>`,
    );
  }

  private get filling(): string {
    const { fillStyle, globalAlpha } = this.state;
    if (fillStyle instanceof SvgGradient) {
      const [x0, y0, x1, y1] = fillStyle.ends.map(round);
      const id = this.definitions.id(
        fillStyle,
        (name) =>
          `<linearGradient id="${name}" gradientUnits="userSpaceOnUse" x1="${x0}" y1="${y0}" x2="${x1}" y2="${y1}">${fillStyle.stops.join("")}</linearGradient>`,
      );
      return `fill="url(#${id})"`;
    }
    return painted("fill", fillStyle, globalAlpha);
  }

  private get stroking(): string {
    const { strokeStyle, globalAlpha, lineWidth, lineJoin, lineCap, scale } = this.state;
    const line = `stroke-width="${round(lineWidth * scale[0])}" stroke-linejoin="${lineJoin}" stroke-linecap="${lineCap}"`;
    return `${painted("stroke", strokeStyle, globalAlpha)} ${line}`;
  }

  private x(x: number): number {
    return x * this.state.scale[0] + this.state.shift[0];
  }

  private y(y: number): number {
    return y * this.state.scale[1] + this.state.shift[1];
  }

  private at(x: number, y: number): string {
    return `${round(this.x(x))} ${round(this.y(y))}`;
  }

  private write(part: string): void {
    this.parts.push(part);
  }
}

/** A colour as attributes that every reader of SVG knows. */
function painted(what: "fill" | "stroke", color: string, alpha: number): string {
  const [, parts] = /^rgba\((.+)\)$/.exec(color) ?? [];
  const [red, green, blue, own] = (parts ?? "").split(",").map(Number);
  const plain = parts ? `rgb(${red}, ${green}, ${blue})` : color;
  const opacity = alpha * (own ?? 1);
  return `${what}="${plain}"${opacity < 1 ? ` ${what}-opacity="${round(opacity)}"` : ""}`;
}

export class SvgCanvas {
  width = 0;
  height = 0;
  readonly context: SvgContext;

  constructor(private readonly definitions: Definitions = new Definitions()) {
    this.context = new SvgContext(definitions);
  }

  getContext(): CanvasRenderingContext2D {
    return this.context as unknown as CanvasRenderingContext2D;
  }

  /** What makes further canvases of the same picture. */
  get document(): Document {
    return { createElement: () => new SvgCanvas(this.definitions) } as unknown as Document;
  }

  /** The picture, `title` for those who do not see it. */
  written(title: string): string {
    const { width, height, definitions, context } = this;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
      `<title>${escaped(title)}</title>`,
      `<defs>${definitions.written.join("\n")}</defs>`,
      context.content,
      "</svg>\n",
    ].join("\n");
  }
}
