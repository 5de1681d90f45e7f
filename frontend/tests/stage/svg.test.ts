/** The canvas that writes SVG. */
import { expect, test } from "vitest";
import { dotMark, stampAll } from "../../src/stage/points";
import { SvgCanvas } from "../../src/stage/svg";
import { Viewport } from "../../src/stage/viewport";

function canvas(): { svg: SvgCanvas; context: CanvasRenderingContext2D } {
  const svg = new SvgCanvas();
  svg.width = 100;
  svg.height = 100;
  return { svg, context: svg.getContext() };
}

test("lines keep their place and width under a transform", () => {
  const { svg, context } = canvas();
  context.setTransform(2, 0, 0, 2, 10, 0);
  context.lineWidth = 1.5;
  context.strokeStyle = "rgba(1, 2, 3, 0.5)";
  context.globalAlpha = 0.5;
  context.beginPath();
  context.moveTo(1, 2);
  context.lineTo(3, 4);
  context.stroke();
  const written = svg.written("a line");
  expect(written).toContain('d="M12 4L16 8"');
  expect(written).toContain('stroke="rgb(1, 2, 3)" stroke-opacity="0.25" stroke-width="3"');
});

test("a mark is written once and used at each of its points", () => {
  const { svg, context } = canvas();
  const mark = dotMark(svg.document, 2, 1, "#ff0000", "#000000");
  stampAll(context, new Viewport(100, 1), mark, Float32Array.from([0, 0, 0.5, -0.5, -1, 1]));
  const written = svg.written("points");
  expect(written.match(/<use /g)).toHaveLength(3);
  expect(written.match(/<g id=/g)).toHaveLength(1);
  expect(written).toContain("translate(47 47)"); // the middle, less the reach of the mark
});

test("what is saved comes back, and letters cannot become tags", () => {
  const { svg, context } = canvas();
  context.fillStyle = "#123456";
  context.save();
  context.fillStyle = "#ffffff";
  context.restore();
  context.font = '12px "JetBrains Mono"';
  context.textAlign = "right";
  context.fillText("<b> & c", 5, 6);
  const written = svg.written('a "title" <x>');
  expect(written).toContain('fill="#123456">&lt;b> &amp; c</text>');
  expect(written).toContain('text-anchor="end"');
  expect(written).toContain("<title>a &quot;title&quot; &lt;x></title>");
});
