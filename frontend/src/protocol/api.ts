/** The server's REST routes, and how their refusals read. */
import { decode } from "@msgpack/msgpack";
import { sentence } from "../words/format";
import { unreadable } from "./connection";
import { type DecodedFrame, decodeFrame, decodeLandscape, type Landscape } from "./frame";
import type { AskedWay, Fault, JsonObject, OwnPictures, OwnPoints, Routes } from "./wire";

/** Below the page, which a proxy may have put anywhere. */
const ROOT = "api/v1";

/** Browsers send no more than 64 KiB once the page is left. */
const MOST_KEPT_ALIVE = 30_000;

/** A request that was refused, or that never arrived (status 0). */
/** What is said while there is no server; it holds until there is one again. */
export const NO_ANSWER = "The server does not answer. Is it running?";

export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Each at its field; only for status 422. */
    readonly faults: Fault[] = [],
  ) {
    super(message);
  }
}

type Route = keyof Routes;

/** The address of a route: parameters take their places in its path, and the others follow as a query. */
export function address<R extends Route>(route: R, parameters: Routes[R]["parameters"]): string {
  let path = route.slice(route.indexOf(" ") + 1);
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    const place = `{${name}}`;
    if (path.includes(place)) path = path.replace(place, encodeURIComponent(String(value)));
    else for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  return ROOT + path + (query.size > 0 ? `?${query}` : "");
}

async function request<R extends Route>(
  route: R,
  parameters: Routes[R]["parameters"],
  body: Routes[R]["body"] | null,
): Promise<Response> {
  const text = body === null ? null : JSON.stringify(body);
  return ask(address(route, parameters), {
    method: route.slice(0, route.indexOf(" ")),
    headers: body === null ? {} : { "content-type": "application/json" },
    body: text,
    keepalive: text !== null && text.length < MOST_KEPT_ALIVE,
  });
}

async function ask(url: string, what: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, what);
  } catch {
    throw new Refusal(0, NO_ANSWER);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** What the server says where not even a route fits, as for a name with slashes. */
const ROUTELESS = "Not Found";

async function refusal(response: Response): Promise<Refusal> {
  const detail: unknown = await response
    .clone()
    .json()
    .then(
      (body: { detail?: unknown }) => body.detail,
      () => undefined,
    );
  if (Array.isArray(detail)) {
    const faults = detail as Fault[];
    return new Refusal(response.status, faults.map(faultText).join(" "), faults);
  }
  if (response.status === 401 || response.status === 403) {
    return new Refusal(
      response.status,
      "The server does not know this page: open the address with ?token= that it printed.",
    );
  }
  if (response.status === 502 || response.status === 504) return new Refusal(0, NO_ANSWER);
  if (response.status === 404 && detail === ROUTELESS)
    return new Refusal(404, "The server has nothing of this name: the address is mistyped or cut off.");
  const text =
    typeof detail === "string"
      ? sentence(detail)
      : `The server answered ${response.status} ${response.statusText}.`;
  return new Refusal(response.status, text);
}

/** What is wrong, and what is allowed where that is not said already. */
export function faultText(fault: Fault): string {
  const { message, allowed } = fault;
  return sentence(message) + (allowed && !message.includes(allowed) ? ` Allowed: ${allowed}.` : "");
}

async function json<R extends Route>(
  route: R,
  parameters: Routes[R]["parameters"],
  body: Routes[R]["body"] | null = null,
): Promise<Routes[R]["answer"]> {
  const response = await request(route, parameters, body);
  return read(response, async () => (await response.json()) as Routes[R]["answer"]);
}

async function packed<R extends Route>(
  route: R,
  parameters: Routes[R]["parameters"],
  body: Routes[R]["body"] | null = null,
): Promise<Routes[R]["answer"]> {
  const response = await request(route, parameters, body);
  return read(
    response,
    async () => decode(new Uint8Array(await response.arrayBuffer())) as Routes[R]["answer"],
  );
}

/** What an answer says; a `Refusal` where it is not what a server of this version would say. */
async function read<T>(response: Response, parse: () => Promise<T>): Promise<T> {
  try {
    return await parse();
  } catch (error) {
    throw new Refusal(response.status, unreadable(error));
  }
}

export const catalogue = () => json("GET /catalogue", {});
export type Listing = Routes["GET /runs"]["parameters"];
/** Runs that fit, the first of them. */
export const runs = (asked: Listing = {}) => json("GET /runs", asked);
/** How many fit, and how many there are of each kind. */
export const found = (asked: Listing) => json("GET /runs/found", asked);
export const deleteRuns = (runs: string[]) => json("POST /runs/delete", {}, { runs });
/** Sets a run's name, its tags, and whether it is pinned. */
export const describeRun = (
  run: string,
  said: Pick<Routes["PATCH /runs/{run}"]["body"], "name" | "tags" | "pinned">,
) => json("PATCH /runs/{run}", { run }, said);
export const logAddress = (run: string) => address("GET /runs/{run}/log", { run });
export const repeatRun = (run: string) => json("POST /runs/{run}/repeat", { run });
export const branchRun = (run: string, step: number) =>
  json("POST /runs/{run}/branch", { run }, { step, changes: {}, name: null });
export const getRun = (run: string) => json("GET /runs/{run}", { run });
export const createRun = (config: Routes["POST /runs"]["body"]) => json("POST /runs", {}, config);
export const pauseRun = (run: string) => json("POST /runs/{run}/pause", { run });
export const resumeRun = (run: string) => json("POST /runs/{run}/resume", { run });
export const stopRun = (run: string) => json("POST /runs/{run}/stop", { run });
export const stepRun = (run: string, updates = 1) => json("POST /runs/{run}/step", { run }, { updates });
/** One update of a paused run, in phases. */
export const slowMotion = (run: string) => packed("POST /runs/{run}/slow-motion", { run });
export const changeRun = (run: string, changes: JsonObject) =>
  json("PATCH /runs/{run}", { run }, { changes });
export const setRunSpeed = (run: string, speed: number | null) =>
  json("PATCH /runs/{run}", { run }, { changes: {}, speed });
export const metricsAfter = (run: string, after: number) => json("GET /runs/{run}/metrics", { run, after });
export const eventsAfter = (run: string, after: number) => json("GET /runs/{run}/events", { run, after });
export const keyframes = (run: string) => json("GET /runs/{run}/keyframes", { run });
/** The keyframes whose weights are kept too. */
export const snapshots = (run: string) => json("GET /runs/{run}/snapshots", { run });
export const downloadAddress = (run: string) => address("GET /runs/{run}/download", { run });

export async function deleteRun(run: string): Promise<void> {
  await request("DELETE /runs/{run}", { run }, null);
}

/** The energy of a run as numbers: the one that is shown now, or that of a snapshot. */
export const energy = (run: string, step?: number) =>
  packed("GET /runs/{run}/energy", step === undefined ? { run } : { run, step });

/** The true density of a run's data, on the landscape's grid. */
export const truth = async (run: string): Promise<Landscape> =>
  decodeLandscape(await packed("GET /runs/{run}/truth", { run }));

/** Tries a sampler on an energy. */
export const sample = (what: Routes["POST /samplings"]["body"]) => packed("POST /samplings", {}, what);

/** The step of such chains from a step on, in phases. */
export const slowStep = (what: Routes["POST /samplings/slow-motion"]["body"], step: number) =>
  packed("POST /samplings/slow-motion", { step }, what);

/** Chains of a run on images, or the line between two of them. */
export const makeWay = (run: string, asked: AskedWay) => packed("POST /runs/{run}/ways", { run }, asked);

/** How much of a change of its images the run's classifier withstands, beside a plain one. */
export const robustness = (run: string) => packed("GET /runs/{run}/robustness", { run });

/** Sends a file of points as it is; without a choice of columns the server makes one. */
export async function sendPoints(
  file: File,
  taken?: { columns: readonly string[]; labels: string | null },
  classes?: readonly string[] | null,
): Promise<OwnPoints> {
  const query = new URLSearchParams({ name: file.name });
  if (taken) {
    query.set("columns", taken.columns.map(quoted).join(","));
    query.set("labels", taken.labels ?? "");
  }
  if (classes) query.set("classes", classes.map(quoted).join(","));
  return sent(`points?${query}`, file);
}

/** Sends a zip archive or an NPY file of pictures as it is. */
export const sendPictures = (file: File): Promise<OwnPictures> =>
  sent(`pictures?${new URLSearchParams({ name: file.name })}`, file);

async function sent<T>(where: string, file: File): Promise<T> {
  const headers = { "content-type": "application/octet-stream" };
  const response = await ask(`${ROOT}/${where}`, { method: "POST", headers, body: file });
  return response.json() as Promise<T>;
}

/** A name as one cell of a table of text. */
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** What was read of points that the server keeps. */
export const keptPoints = (digest: string) => json("GET /points/{digest}", { digest });

/** What was read of pictures that the server keeps. */
export const keptPictures = (digest: string) => json("GET /pictures/{digest}", { digest });

/** All of the points that the server keeps, or their classes, as an NPY file. */
export const pointsFile = async (digest: string): Promise<ArrayBuffer> =>
  (await request("GET /points/{digest}/file", { digest }, null)).arrayBuffer();

/** The frame that was kept at a step. */
export const keyframe = async (run: string, step: number): Promise<DecodedFrame> =>
  decodeFrame(await packed("GET /runs/{run}/keyframes/{step}", { run, step }));

export const sweeps = () => json("GET /sweeps", {});
/** A sweep with all its runs. */
export const sweep = (id: string) => json("GET /sweeps/{sweep}", { sweep: id });
/** What a sweep would be; nothing is started. */
export const planSweep = (toml: string) => json("POST /sweeps/plan", {}, { toml });
export const createSweep = (toml: string) => json("POST /sweeps", {}, { toml });
export const pauseSweep = (id: string) => json("POST /sweeps/{sweep}/pause", { sweep: id });
export const resumeSweep = (id: string) => json("POST /sweeps/{sweep}/resume", { sweep: id });
export const sweepTable = (id: string, of: "runs" | "groups") =>
  address("GET /sweeps/{sweep}/table", { sweep: id, of });

export async function deleteSweep(id: string, withRuns: boolean): Promise<void> {
  await request("DELETE /sweeps/{sweep}", { sweep: id, with_runs: withRuns }, null);
}
