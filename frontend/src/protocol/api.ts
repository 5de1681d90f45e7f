/** The server's REST routes, and how their refusals read. */
import { decode } from "@msgpack/msgpack";
import type { WireSampling } from "../samplers/sampling";
import { sentence } from "../words/format";
import { type DecodedFrame, decodeFrame, decodeLandscape, type Landscape, type WireFrame } from "./frame";
import type {
  Catalogue,
  Fault,
  Json,
  JsonObject,
  Keyframe,
  MetricRow,
  Run,
  RunConfig,
  RunEvent,
} from "./wire";
import type { PackedLandscape } from "./wire.gen";

const ROOT = "/api/v1";

/** A request that was refused, or that never arrived (status 0). */
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

async function request(method: string, path: string, body?: unknown): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(ROOT + path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, "The server does not answer. Is it running?");
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

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
  if (response.status === 502 || response.status === 504)
    return new Refusal(0, "The server does not answer. Is it running?");
  const text =
    typeof detail === "string" ? detail : `The server answered ${response.status} ${response.statusText}.`;
  return new Refusal(response.status, text);
}

/** What is wrong, and what is allowed. */
export function faultText(fault: Fault): string {
  return sentence(fault.message) + (fault.allowed ? ` Allowed: ${fault.allowed}.` : "");
}

const json = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
  (await request(method, path, body)).json() as Promise<T>;

const run = (id: string) => `/runs/${encodeURIComponent(id)}`;

export const catalogue = () => json<Catalogue>("GET", "/catalogue");
export const runs = () => json<Run[]>("GET", "/runs");
export const getRun = (id: string) => json<Run>("GET", run(id));
export const createRun = (config: Partial<RunConfig>, name?: string) =>
  json<Run>("POST", "/runs", name ? { ...config, name } : config);
export const pauseRun = (id: string) => json<Run>("POST", `${run(id)}/pause`);
export const resumeRun = (id: string) => json<Run>("POST", `${run(id)}/resume`);
export const stopRun = (id: string) => json<Run>("POST", `${run(id)}/stop`);
export const stepRun = (id: string, updates = 1) => json<Run>("POST", `${run(id)}/step`, { updates });
export const changeRun = (id: string, changes: Record<string, Json>) =>
  json<Run>("PATCH", run(id), { changes });
export const setRunSpeed = (id: string, speed: number | null) =>
  json<Run>("PATCH", run(id), { changes: {}, speed });
export const metricsAfter = (id: string, seq: number) =>
  json<MetricRow[]>("GET", `${run(id)}/metrics?after=${seq}`);
export const eventsAfter = (id: string, seq: number) =>
  json<RunEvent[]>("GET", `${run(id)}/events?after=${seq}`);
export const keyframes = (id: string) => json<Keyframe[]>("GET", `${run(id)}/keyframes`);
/** The keyframes whose weights are kept too. */
export const snapshots = (id: string) => json<Keyframe[]>("GET", `${run(id)}/snapshots`);
export const downloadAddress = (id: string) => `${ROOT}${run(id)}/download`;

export async function deleteRun(id: string): Promise<void> {
  await request("DELETE", run(id));
}

/** The true density of a run's data, on the landscape's grid. */
export async function truth(id: string): Promise<Landscape> {
  const response = await request("GET", `${run(id)}/truth`);
  return decodeLandscape(decode(new Uint8Array(await response.arrayBuffer())) as PackedLandscape);
}

/** Tries a sampler on an energy. */
export async function sample(body: JsonObject): Promise<WireSampling> {
  const response = await request("POST", "/samplings", body);
  return decode(new Uint8Array(await response.arrayBuffer())) as WireSampling;
}

/** The frame that was kept at a step. */
export async function keyframe(id: string, step: number): Promise<DecodedFrame> {
  const response = await request("GET", `${run(id)}/keyframes/${step}`);
  return decodeFrame(decode(new Uint8Array(await response.arrayBuffer())) as WireFrame);
}
