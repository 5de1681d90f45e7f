// @vitest-environment happy-dom
/** Points of the user's own: a file goes to the server as it is, and what the server read is shown. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { datasetOf, onStage, ownPoints, send } from "../src/form/points";
import type { Catalogue, OwnPoints } from "../src/protocol/wire";
import { catalogue, draft, history } from "../src/state";
import { Distributions } from "../src/views/Distributions";
import { shownFrame } from "../src/views/unlearned";
import { empty } from "./catalogue.testing";

const points: OwnPoints = {
  digest: "d1",
  name: "",
  rows: 1200,
  scale: 440,
  detail: 0.1,
  preview: [
    [10, 100],
    [14, 96],
  ],
  window: [
    [1, 19],
    [82, 118],
  ],
  classes: null,
  columns: ["x", "y"],
  chosen: ["x", "y"],
  labels: null,
  class_names: [],
  head: [],
  messages: ["row 7 left out: a cell is empty"],
};
const offer = (kind: string) => ({
  kind,
  title: kind,
  summary: "",
  schema: {},
  shape: [2],
  has_density: false,
  table: null,
  columns: null,
  pictures: null,
  class_names: [],
  classes: null,
  thumbnail: [],
});
const known: Catalogue = {
  ...empty,
  datasets: [offer("moons"), { ...offer("points"), table: "values", columns: "columns", classes: "labels" }],
};
const asked = vi.fn<typeof fetch>();
const box = document.createElement("div");
const upload = () => box.querySelector<HTMLElement>("[data-asks]")!;
const text = (role: string) => box.querySelector(`[role=${role}]`)?.textContent;
/** Drops a file, and waits until the page says something in a role. */
const drop = async (file: File, role: string) => {
  const event = new Event("drop", { bubbles: true, cancelable: true });
  upload().dispatchEvent(Object.assign(event, { dataTransfer: { files: [file] } }));
  await vi.waitFor(() => expect(text(role)).toBeTruthy());
};

beforeEach(async () => {
  vi.stubGlobal("fetch", asked);
  history.value = null;
  catalogue.value = known;
  draft.value = {
    dataset: { kind: "moons" },
    method: { kind: "persistent" },
    energy: { kind: "mlp" },
    optimization: {},
    seed: 0,
    seconds: 30,
    updates: null,
    device: "cpu",
  };
  document.body.append(box);
  await act(() => render(<Distributions />, box));
});

afterEach(() => {
  render(null, box);
  vi.unstubAllGlobals();
  asked.mockReset();
});

it("a file is sent as it is, under its name", async () => {
  asked.mockResolvedValueOnce(Response.json(points));
  const file = new File(["x;y\n1.5;2"], "my points.csv");
  expect(await send(file)).toEqual(points);
  const [url, what] = asked.mock.lastCall!;
  expect(url).toBe("api/v1/points?name=my+points.csv");
  expect([what?.method, what?.body]).toEqual(["POST", file]);
});

it("the choice refers to the points, and the stage shows the preview in the units of the file", async () => {
  asked.mockResolvedValueOnce(Response.json(points));
  await drop(new File(["1,2\n3,4"], "a.csv"), "status");
  expect(draft.value?.dataset).toEqual({
    kind: "points",
    values: { digest: "d1", rows: 1200 },
    columns: points.chosen,
  });
  expect([...shownFrame.value!.arrays.data!.values]).toEqual([0, 0, 2, -1]);
  expect(shownFrame.value!.units).toEqual({ center: [10, 100], unit: [2, 4] });
  expect(text("status")).toBe("1,200 points were read. Row 7 left out: a cell is empty.");
  expect(upload().getAttribute("aria-checked")).toBe("true");
});

it("a refusal stands in place, and the choice stays", async () => {
  const detail = [
    { path: "row 3", value: "three", message: "a.csv, row 3: three is no number", allowed: null },
  ];
  asked.mockResolvedValueOnce(Response.json({ detail }, { status: 422 }));
  await drop(new File(["1,2\nthree,4"], "a.csv"), "alert");
  expect(text("alert")).toContain("row 3: three is no number");
  expect(draft.value?.dataset).toEqual({ kind: "moons" });
});

it("a pasted table counts as a file, one line and text in a field do not", async () => {
  const paste = (text: string, target: Element = document.body) => {
    const event = new Event("paste", { bubbles: true, cancelable: true });
    target.dispatchEvent(Object.assign(event, { clipboardData: { files: [], getData: () => text } }));
  };
  const field = document.body.appendChild(document.createElement("input"));
  paste("1,2\n3,4", field);
  paste("a word");
  field.remove();
  expect(asked).not.toHaveBeenCalled();
  asked.mockResolvedValueOnce(Response.json(points));
  await act(async () => {
    paste("1\t2\n3\t4");
    await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce());
  });
  expect(asked.mock.lastCall?.[0]).toBe("api/v1/points?name=pasted.csv");
});

it("what is to be known of points is told again where they were read before the page was opened", async () => {
  asked.mockResolvedValueOnce(Response.json({ ...points, digest: "d2" }));
  await act(async () => {
    draft.value = { ...draft.value!, dataset: datasetOf(known.datasets[1]!, { ...points, digest: "d2" }) };
  });
  await vi.waitFor(() => expect(text("status")).toContain("Row 7 left out: a cell is empty."));
  expect(asked.mock.lastCall?.[0]).toBe("api/v1/points/d2");
});

it("points that are gone are told so", async () => {
  asked.mockResolvedValueOnce(Response.json({ detail: "points d3 are not kept" }, { status: 404 }));
  await act(async () => {
    draft.value = { ...draft.value!, dataset: datasetOf(known.datasets[1]!, { ...points, digest: "d3" }) };
  });
  await vi.waitFor(() => expect(text("alert")).toBe("Points d3 are not kept."));
});

it("points that were read before the page was opened are not made up", () => {
  expect(ownPoints(datasetOf(known.datasets[1]!, { ...points, digest: "unknown" }))).toBeNull();
  expect(onStage({ ...points, preview: [] })).toEqual([]);
});

it("hands on the classes and the names that the server read beside the points", () => {
  const own = known.datasets[1]!;
  const read = { ...points, classes: { digest: "c1", rows: 1200 } };
  expect(datasetOf(own, read)).toEqual({
    kind: "points",
    values: { digest: "d1", rows: 1200 },
    columns: points.chosen,
    labels: { digest: "c1", rows: 1200 },
  });
  expect(datasetOf({ ...own, columns: null }, read)).not.toHaveProperty("columns");
  expect(datasetOf(own, points)).not.toHaveProperty("labels");
});
