/** Maps of an energy by WebGL2, where the browser has it. */
import type { Evaluator, Square } from "./evaluator";
import { programOf, ROW } from "./shader";

const CORNERS = `#version 300 es
  void main() { gl_Position = vec4(vec2(gl_VertexID % 2, gl_VertexID / 2) * 4.0 - 1.0, 0.0, 1.0); }`;

/** Why WebGL is not used; said in the page's help. */
export class NoGpu extends Error {
  constructor(
    message: string,
    /** For this energy alone. */
    readonly once = false,
  ) {
    super(message);
  }
}

export class Gpu {
  private readonly gl: WebGL2RenderingContext;
  private program: WebGLProgram | null = null;
  private source = "";
  private readonly weights: WebGLTexture;
  private side = 0;

  /** Throws NoGpu where the browser has none, or none that computes with floats. */
  constructor() {
    const gl = typeof OffscreenCanvas === "undefined" ? null : new OffscreenCanvas(1, 1).getContext("webgl2");
    if (!gl) throw new NoGpu("this browser has no WebGL2");
    if (!gl.getExtension("EXT_color_buffer_float")) throw new NoGpu("its WebGL2 does not write floats");
    this.gl = gl;
    this.weights = gl.createTexture();
  }

  /** Makes the weights of an evaluator those that count. Throws NoGpu where that cannot be. */
  load(evaluator: Evaluator): void {
    const { gl } = this;
    const found = programOf(evaluator);
    if (!found) throw new NoGpu("the energy has groups, which WebGL does not compute", true);
    if (found.source !== this.source) {
      gl.deleteProgram(this.program);
      this.program = this.compiled(found.source);
      this.source = found.source;
    }
    gl.useProgram(this.program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.weights);
    this.nearest();
    const rows = found.texels.length / (4 * ROW);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, ROW, rows, 0, gl.RGBA, gl.FLOAT, found.texels);
    gl.uniform1i(gl.getUniformLocation(this.program!, "weights"), 0);
  }

  /** Fills `out` with E at the cells of a square. Throws NoGpu where the context was lost. */
  map({ x, y, extent, size }: Square, out: Float32Array): void {
    const { gl } = this;
    if (size !== this.side) this.target(size);
    const cell = (2 * extent) / size;
    gl.viewport(0, 0, size, size);
    gl.uniform4f(gl.getUniformLocation(this.program!, "square"), x - extent, y - extent, cell, 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    const all = new Float32Array(4 * size * size);
    gl.readPixels(0, 0, size, size, gl.RGBA, gl.FLOAT, all);
    if (gl.isContextLost() || gl.getError() !== gl.NO_ERROR) throw new NoGpu("its WebGL2 context was lost");
    for (let i = 0; i < size * size; i++) out[i] = all[4 * i]!;
  }

  private compiled(source: string): WebGLProgram {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [type, text] of [
      [gl.VERTEX_SHADER, CORNERS],
      [gl.FRAGMENT_SHADER, source],
    ] as const) {
      const shader = gl.createShader(type)!;
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS))
      throw new NoGpu("its WebGL2 does not take the shader of this energy");
    return program;
  }

  private target(size: number): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE1);
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    this.nearest();
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, size, size);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    this.side = size;
  }

  private nearest(): void {
    const { gl } = this;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }
}
