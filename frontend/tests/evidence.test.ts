/** Charts, figures and formulas say what was measured. */
import { describe, expect, it } from "vitest";
import { curve, energies, loss, translucent } from "../src/charts/figures";
import { density, type Evidence, quantile, series, smoothed } from "../src/charts/readings";
import type { MetricRow } from "../src/protocol/wire";
import { colored, moveOf, withNumbers } from "../src/words/equations";
import { headline, others } from "../src/words/quality";
import { reference } from "../src/words/standing";
import { frameWith } from "./frames.testing";

const colors = {
  ink: "#000000",
  muted: "#777777",
  line: "#eeeeee",
  accent: "#ff0000",
  data: "#ff9d5c",
  chains: "#7fe3ff",
  generator: "#e58cf5",
};
const rows: MetricRow[] = Array.from({ length: 1000 }, (_, i) => ({
  seq: i,
  step: i,
  seconds: i,
  values: (i % 100 === 0 ? { loss: -i, kl: 1 / (i + 1) } : { loss: -i }) as Record<string, number>,
}));
const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  rows,
  until: Number.POSITIVE_INFINITY,
  cursor: null,
  marks: [],
  kept: null,
  horizon: 2000,
  frame: null,
  ...more,
});
type Axis = { range?: [number, number]; type?: string };
const yaxis = (figure: { layout: Record<string, unknown> }) => figure.layout.yaxis as Axis;

describe("series", () => {
  it("have few points, and always the last one", () => {
    const { x } = series(rows, "loss", Number.POSITIVE_INFINITY, 100);
    expect(x.length).toBeLessThanOrEqual(101);
    expect(x.at(-1)).toBe(999);
  });

  it("end at the moment that is replayed, and leave out rows without the figure", () => {
    expect(series(rows, "kl", 250).x).toEqual([0, 100, 200]);
  });
});

describe("charts", () => {
  it("a distance is drawn on a logarithmic axis that holds all of it", () => {
    const figure = curve("kl", "KL", "nats", "log").figure(evidence(), colors);
    const [low, high] = yaxis(figure).range!;
    expect(yaxis(figure).type).toBe("log");
    expect(low).toBeLessThan(Math.log10(1 / 901));
    expect(high).toBeGreaterThan(0);
  });

  it("the best that was reached is a line across the chart, which holds it", () => {
    const figure = curve("kl", "KL", "nats", "log").figure(evidence({ reached: { kl: 1e-5 } }), colors);
    expect(yaxis(figure).range![0]).toBeLessThan(-5);
    expect((figure.layout.shapes as { y0: number }[]).map(({ y0 }) => y0)).toEqual([1e-5]);
  });

  it("changes, the kept and the replayed moment are lines across the chart", () => {
    const mark = { number: 1, step: 30, last: 30, path: "x", value: 1, previous: 2, undone: null };
    const { layout } = curve("kl", "KL", "nats", "log").figure(
      evidence({ marks: [mark], kept: 50, cursor: 70 }),
      colors,
    );
    expect((layout.shapes as { x0: number }[]).map(({ x0 }) => x0)).toEqual([30, 50, 70]);
  });

  it("the loss may be negative, and a spike at the start does not set its range", () => {
    const spiky = [{ seq: 0, step: 0, seconds: 0, values: { loss: 1e6 } }, ...rows.slice(1, 200)];
    const [low, high] = yaxis(loss.figure(evidence({ rows: spiky }), colors)).range!;
    expect(high).toBeLessThan(100);
    expect(low).toBeLessThan(-190);
  });

  it("energies of data and samples are two densities over one axis", () => {
    const values = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i));
    const frame = frameWith({
      arrays: {
        data_energies: { shape: [400], values },
        sample_energies: { shape: [400], values: values.map((value) => value + 4) },
      },
    });
    const { data } = energies.figure(evidence({ frame }), colors);
    const peak = (curve: Record<string, unknown>) =>
      (curve.x as number[])[(curve.y as number[]).indexOf(Math.max(...(curve.y as number[])))]!;
    expect(data).toHaveLength(2);
    expect(peak(data[1]!) - peak(data[0]!)).toBeGreaterThan(1.5);
  });

  it("nothing measured draws nothing", () => {
    expect(energies.figure(evidence(), colors).data).toEqual([]);
    expect(yaxis(loss.figure(evidence({ rows: [] }), colors)).range).toBeUndefined();
  });

  it("a density has mass one", () => {
    const curve = density(
      Float64Array.from({ length: 500 }, (_, i) => (i % 50) / 50),
      -1,
      2,
      96,
    );
    expect(curve.reduce((sum, value) => sum + value, 0) * (3 / 96)).toBeCloseTo(1, 2);
  });

  it("means and quantiles are those of the numbers", () => {
    expect(smoothed([1, 3, 5], 10)).toEqual([1, 2, 3]);
    expect(quantile([0, 10, 20], 0.25)).toBe(5);
    expect(translucent("#ff8000")).toBe("rgba(255, 128, 0, 0.2)");
  });
});

describe("figures of merit", () => {
  it("the Fréchet distance takes the place of the KL, and the KL that of the NLL", () => {
    expect(headline({ nll: 2, kl: 0.0123 })).toMatchObject({ name: "kl", text: "0.012", unit: "nats" });
    expect(headline({ nll: 2, kl: 0.01, frechet: 18.34, frechet_floor: 10.1 })).toMatchObject({
      name: "frechet",
      text: "18.3",
      floor: "10.1",
    });
    expect(headline({ loss: 1 })).toBeNull();
  });

  it("say what the network has reached, but not of a distance to blurred data", () => {
    const plain = headline({ kl: 0.02 }, { kl: 0.0091 })!;
    expect([plain.reached, plain.explanation.good]).toEqual([
      "0.009",
      expect.stringContaining("has reached 0.009 nats"),
    ]);
    expect(reference("kl", plain.reached)).toBe("0 is exact; such a network has reached 0.009.");
    expect(reference("kl", headline({ kl: 0.02 })!.reached)).toContain("by eye");
    expect(headline({ kl: 0.005 }, { kl: 0.0091 })!.reached).toBeNull(); // it stands better
    const blurred = { kl: 0.02, kl_data: 0.3 };
    expect(headline(blurred, { kl: 0.0091 })!.reached).toBeNull();
    expect(others(blurred, { kl: 0.0091 }).map(({ name, reached }) => [name, reached])).toEqual([
      ["kl_data", "0.009"],
    ]);
  });

  it("only those that exist are listed, known ones first, unknown ones by their name", () => {
    const names = others({
      kl: 1,
      loss: 2,
      acceptance: 0.5,
      strange_figure: 3,
      log_z: 2.381,
      frechet_floor: 1,
    }).map(({ label, text }) => `${label} ${text}`);
    expect(names).toEqual(["acceptance 0.50", "log Z 2.381", "strange figure 3.00"]);
  });

  it("a plain classifier's figures stand beside those of the joint model, not in rows of their own", () => {
    const rows = others({ log_z: 2, softmax_accuracy: 0.989, accuracy: 0.992, softmax_margin: 1 });
    expect(rows.map(({ name, rival }) => [name, rival])).toEqual([
      ["accuracy", "98.9 %"],
      ["log_z", null],
      ["softmax_margin", null],
    ]);
  });
});

describe("formulas", () => {
  it("carry numbers under their letters, and leave subscripts and names alone", () => {
    const used = new Set<string>();
    const tex = withNumbers("x - \\eta \\nabla E_{\\eta}(x) + \\eta^k \\zeta", { η: "0.03", k: "4" }, used);
    expect(tex.match(/0\.03/g)).toHaveLength(2);
    expect(tex).toContain("E_{\\eta}");
    expect(tex).toContain("^k");
    expect([...used]).toEqual(["η"]);
  });

  it("colour what is measured on data and on chains", () => {
    const tex = colored("\\mathbb{E}_{\\text{data}} \\nabla E - \\mathbb{E}_{\\text{chains}} \\nabla E");
    expect(tex).toMatch(/\\htmlClass\{data-color\}\{.*\} - \\htmlClass\{chains-color\}\{/);
  });

  it("show the move of the setting that the sampler has", () => {
    const moves = { "noise=matched": "\\sqrt{2\\eta}", "noise=separate": "\\sigma" };
    expect(moveOf(moves, { kind: "any", noise: "separate" })).toBe("\\sigma");
    expect(moveOf(moves, { kind: "any", noise: "matched" })).toBe("\\sqrt{2\\eta}");
    expect(moveOf({ "": "x + s" }, { kind: "any" })).toBe("x + s");
    expect(moveOf({}, { kind: "any" })).toBeNull();
  });
});
