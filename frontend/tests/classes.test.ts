// @vitest-environment happy-dom
/** A file with classes is drawn on: their names stay, on the page and in what is kept. */
import { expect, it, vi } from "vitest";
import { keep, takeUp } from "../src/drawing/keeping";
import * as state from "../src/drawing/state";
import { datasetOf, ownPoints, send } from "../src/form/points";
import * as api from "../src/protocol/api";
import type { Catalogue, DatasetInfo, OwnPoints } from "../src/protocol/wire";
import { empty } from "./catalogue.testing";

vi.mock("../src/protocol/api", async (original) => ({
  ...(await original<typeof api>()),
  sendPoints: vi.fn(),
  pointsFile: vi.fn(),
}));

/** An NPY file of 64-bit numbers. */
function npy(type: string, shape: string, numbers: Float64Array | BigInt64Array): ArrayBuffer {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }`;
  const bytes = new Uint8Array(10 + header.length + numbers.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(numbers.buffer), 10 + header.length);
  return bytes.buffer;
}

const own = { kind: "points", table: "values", classes: "labels" } as unknown as DatasetInfo;
const read = (digest: string, class_names: string[]): OwnPoints =>
  ({
    ...{
      digest,
      rows: 12,
      class_names,
      window: [
        [0, 9],
        [0, 9],
      ],
      preview: [],
      messages: [],
    },
    classes: { digest: `${digest}-classes`, rows: 12 },
  }) as unknown as OwnPoints;

it("names of classes outlast a stroke", async () => {
  vi.mocked(api.sendPoints).mockResolvedValueOnce(read("d1", ["setosa", "virginica"]));
  const file = await send(new File(["..."], "iris.csv"));
  const classes = BigInt64Array.from({ length: 12 }, (_, i) => BigInt(i % 2));
  vi.mocked(api.pointsFile).mockImplementation(async (digest) =>
    digest === "d1" ? npy("<f8", "12, 2", new Float64Array(24)) : npy("<i8", "12,", classes),
  );
  await takeUp(datasetOf(own, file), { ...empty, datasets: [own] } as Catalogue);
  expect(state.names.value).toEqual(["setosa", "virginica"]);
  state.label.value = 4;
  state.density.value = 30;
  state.press({ x: 0, y: 0 });
  state.release();
  vi.mocked(api.sendPoints).mockResolvedValueOnce(read("d2", ["setosa", "virginica", "4"]));
  const kept = await keep();
  expect(kept.class_names).toEqual(["setosa", "virginica", "4"]);
  expect(ownPoints(datasetOf(own, kept))?.class_names).toEqual(kept.class_names);
  expect(vi.mocked(api.sendPoints).mock.calls[1]![2]).toEqual(kept.class_names);
  const sent = JSON.parse(await vi.mocked(api.sendPoints).mock.calls[1]![0].text());
  expect([...new Set(sent.class)]).toEqual([0, 1, 2]);
});
