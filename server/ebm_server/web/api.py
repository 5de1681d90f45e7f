"""REST routes under /api/v1: they parse and answer; `jobs` decides."""

import json
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, StreamingResponse

from ebm_server import core
from ebm_server.background import in_background, with_core
from ebm_server.exports.metrics import csv_rows
from ebm_server.protocol.answers import Health
from ebm_server.protocol.bounds import Id, Text, Whole
from ebm_server.protocol.catalogue import Catalogue
from ebm_server.protocol.energies import PackedEnergy
from ebm_server.protocol.frames import FrameMessage, PackedLandscape
from ebm_server.protocol.listing import Deleted, DeleteMany, Found, ListedRun, Listing
from ebm_server.protocol.pictures import OwnPictures
from ebm_server.protocol.points import OwnPoints
from ebm_server.protocol.run_config import NewRun
from ebm_server.protocol.runs import (
    Branch,
    Event,
    KeyframeInfo,
    MetricRow,
    Patch,
    Run,
    Steps,
)
from ebm_server.protocol.slow_motion import SlowMotion
from ebm_server.refusals import Refused
from ebm_server.runs import listing, pictures
from ebm_server.runs.jobs import Jobs
from ebm_server.runs.store import EVENTS, METRICS, Store
from ebm_server.settings import package_version
from ebm_server.web.answers import MSGPACK, file, packed, refusals, text
from ebm_server.web.downloads import zipped
from ebm_server.web.encoding import encoded
from ebm_server.web.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)


def jobs_of(request: Request) -> Jobs:
    """The server's runs."""
    jobs: Jobs = request.app.state.jobs
    return jobs


def store_of(request: Request) -> Store:
    """The server's database."""
    store: Store = request.app.state.jobs.ledger.store
    return store


AllJobs = Annotated[Jobs, Depends(jobs_of)]
Database = Annotated[Store, Depends(store_of)]
Key = Annotated[Id, PathParameter()]
After = Annotated[Whole, Query(description="Only what is numbered higher.")]

Update = Annotated[Whole | None, Query(description="One of GET .../snapshots; else the newest.")]
Digest = Annotated[str, PathParameter(pattern="^sha256:[0-9a-f]{64}$")]
A_FILE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
FileName = Annotated[
    Text, Query(max_length=300, description="For messages; .json is read as such.")
]
Columns = Annotated[
    Text | None,
    Query(description="x and y by name or by number from 1, such as lon,lat; else the first two."),
]
Labels = Annotated[
    Text | None, Query(description="The column of classes; else the last, if it looks like some.")
]
ClassNames = Annotated[
    Text | None, Query(description="What the classes are called, in their order, such as cat,dog.")
]


@router.get("/health")
async def health(jobs: AllJobs) -> Health:
    """That the server is there, and what keeps it from writing."""
    troubles = await jobs.troubles()
    return Health(
        status="trouble" if troubles else "ok", version=package_version(), troubles=troubles
    )


@router.get("/catalogue", response_model=Catalogue)
async def catalogue(request: Request) -> Response:
    """Every data set, method, sampler and energy with its JSON schema, recipes and thumbnails."""
    body = await request.app.state.catalogue.get()
    return encoded(body, request.headers.get("accept-encoding", ""), "application/json")


@router.post("/runs", status_code=201, responses=refusals(413, 422, 429))
async def create(body: Annotated[NewRun, Body()], jobs: AllJobs) -> Run:
    """Starts a run from a (partial) RunConfig; 422 with path and bounds; 429 when too many wait."""
    given = {field: value for field, value in body.items() if field != "name"}
    return await jobs.create(given, body.get("name"))


def _snapshots(directory: Path) -> set[int]:
    from ebm_core.runs.snapshots import steps

    return set(steps(directory))


@router.post("/points", openapi_extra={"requestBody": A_FILE}, responses=refusals(413, 422))
async def keep_points(
    name: FileName,
    request: Request,
    jobs: AllJobs,
    columns: Columns = None,
    labels: Labels = None,
    classes: ClassNames = None,
) -> OwnPoints:
    """Reads a file of points (the body, as it is), for runs to come; 422 with row and column."""
    return await jobs.keep_points(await request.body(), name, columns, labels, classes)


@router.get("/points/{digest}", responses=refusals(404, 422))
async def kept_points(digest: Digest, jobs: AllJobs) -> OwnPoints:
    """What was read of points that are kept, since a run or an upload of late has them."""
    return await jobs.kept_points(digest)


@router.get(
    "/points/{digest}/file",
    response_class=Response,
    responses=file("application/octet-stream") | refusals(404, 422),
)
def points_file(digest: Digest, jobs: AllJobs) -> Response:
    """All of the points that are kept, or of their classes, as an NPY file."""
    return FileResponse(jobs.points_file(digest), media_type="application/octet-stream")


@router.post("/pictures", openapi_extra={"requestBody": A_FILE}, responses=refusals(413, 422))
async def keep_pictures(
    name: Annotated[Text, Query(max_length=300, description="For messages.")],
    request: Request,
    jobs: AllJobs,
    edge: Annotated[
        Whole | None, Query(ge=4, le=256, description="Pixels along an edge, scaled to.")
    ] = None,
) -> OwnPictures:
    """Reads a zip archive or an NPY file of pictures (the body, as it is), for runs to come."""
    return await pictures.keep(jobs.points, await request.body(), name, edge)


@router.get("/pictures/{digest}", responses=refusals(404, 422))
async def kept_pictures(digest: Digest, jobs: AllJobs) -> OwnPictures:
    """What was read of pictures that are kept, since a run or an upload of late has them."""
    return await pictures.kept(jobs.points, digest)


@router.get("/runs", responses=refusals(422))
async def runs(jobs: AllJobs, asked: Annotated[Listing, Query()]) -> list[ListedRun]:
    """Runs that fit, at most 100: pinned ones first, then the newest; or by another order."""
    return listing.page(jobs.all(), asked)


@router.get("/runs/found", responses=refusals(422))
async def found(jobs: AllJobs, asked: Annotated[Listing, Query()]) -> Found:
    """How many runs fit, and how many there are of each kind."""
    return listing.counted(jobs.all().values(), asked)


@router.post("/runs/delete", responses=refusals(413, 422))
async def delete_many(asked: DeleteMany, jobs: AllJobs) -> Deleted:
    """Removes ended runs with all their files; says which were not, and why."""
    return await jobs.delete_many(asked.runs)


@router.get("/runs/{run}", responses=refusals(404))
async def get(run: Key, jobs: AllJobs) -> Run:
    """One run, with its config."""
    return jobs.entry(run).run


@router.delete("/runs/{run}", status_code=204, responses=refusals(404, 409))
async def delete(run: Key, jobs: AllJobs) -> None:
    """Removes an ended run with all its files."""
    await jobs.delete(run)


@router.post("/runs/{run}/pause", responses=refusals(404, 409, 503))
async def pause(run: Key, jobs: AllJobs) -> Run:
    """Holds a run before its next update."""
    return await jobs.pause(run)


@router.post("/runs/{run}/resume", responses=refusals(404, 409, 429, 503))
async def resume(run: Key, jobs: AllJobs) -> Run:
    """Lets a paused run go on; a stopped or failed one from its last checkpoint."""
    entry = jobs.entry(run)
    if entry.run.state in ("stopped", "failed") and entry.run.config.get("plugins"):
        await core.refuse_unreadable(entry.run.config, jobs.points.folder)
    return await jobs.resume(run)


@router.post("/runs/{run}/repeat", status_code=201, responses=refusals(404, 409, 429))
async def repeat(run: Key, jobs: AllJobs) -> Run:
    """Makes an ended run again, bit for bit: a new run with the changes that are recorded."""
    return await jobs.repeat(run)


@router.post("/runs/{run}/branch", status_code=201, responses=refusals(404, 409, 413, 422, 429))
async def branch(run: Key, asked: Branch, jobs: AllJobs) -> Run:
    """A new run that is bit for bit as this one was at an update, and then changes live fields."""
    return await jobs.branch(run, asked.step, asked.changes, asked.name)


@router.post("/runs/{run}/step", responses=refusals(404, 409, 413, 422, 503))
async def step(run: Key, jobs: AllJobs, steps: Annotated[Steps | None, Body()] = None) -> Run:
    """Makes some updates of a paused run."""
    return await jobs.step(run, (steps or Steps()).updates)


@router.post(
    "/runs/{run}/slow-motion",
    response_class=Response,
    responses=packed(SlowMotion) | refusals(404, 409, 422, 503),
)
async def slow_motion(run: Key, jobs: AllJobs) -> Response:
    """Makes one update of a paused run, and tells its phases, in MessagePack."""
    return Response(await jobs.slow_motion(run), media_type=MSGPACK)


@router.post("/runs/{run}/stop", responses=refusals(404, 409, 503))
async def stop(run: Key, jobs: AllJobs) -> Run:
    """Ends a run with a checkpoint."""
    return await jobs.stop(run)


@router.patch("/runs/{run}", responses=refusals(404, 409, 413, 422, 503))
async def change(run: Key, patch: Patch, jobs: AllJobs) -> Run:
    """Sets live fields, speed limit, name, tags and pin; 422 with path and bounds, and then nothing
    is set."""
    entry = jobs.entry(run)
    if patch.changes:
        await jobs.change(run, patch.changes)
    if "speed" in patch.model_fields_set:
        await jobs.limit_speed(run, patch.speed)
    await jobs.describe(run, patch.name, patch.pinned, patch.tags)
    return entry.run


@router.get(
    "/runs/{run}/metrics",
    response_model=list[MetricRow],
    responses=text("text/csv") | refusals(404, 422),
)
def metrics(
    run: Key,
    jobs: AllJobs,
    store: Database,
    after: After = 0,
    format: Literal["json", "csv"] = "json",
) -> Response:
    """The recorded metrics, in order."""
    jobs.entry(run)
    rows = store.after(METRICS, run, after)
    if format == "csv":
        return Response(csv_rows(rows), media_type="text/csv; charset=utf-8")
    return Response(json.dumps(rows, allow_nan=False), media_type="application/json")


@router.get("/runs/{run}/events", responses=refusals(404, 422))
def events(run: Key, jobs: AllJobs, store: Database, after: After = 0) -> list[Event]:
    """Changes and states, in order."""
    jobs.entry(run)
    return [Event(**row) for row in store.after(EVENTS, run, after)]


@router.get("/runs/{run}/keyframes", responses=refusals(404))
def keyframes(run: Key, jobs: AllJobs, store: Database) -> list[KeyframeInfo]:
    """The moments that can be shown again."""
    jobs.entry(run)
    return [KeyframeInfo(**row) for row in store.keyframes(run)]


@router.get(
    "/runs/{run}/keyframes/{step}",
    response_class=Response,
    responses=packed(FrameMessage) | refusals(404, 422),
)
def keyframe(run: Key, step: Whole, jobs: AllJobs, store: Database) -> Response:
    """A kept frame, as the same MessagePack bytes that the websocket sends."""
    jobs.entry(run)
    if (frame := store.keyframe(run, step)) is None:
        raise Refused(
            404, f"run {run} has no keyframe at update {step}; GET .../keyframes lists them"
        )
    headers = {"cache-control": "private, max-age=3600"}
    return Response(frame.message, media_type=MSGPACK, headers=headers)


@router.get("/runs/{run}/snapshots", responses=refusals(404))
async def snapshots(run: Key, jobs: AllJobs, store: Database) -> list[KeyframeInfo]:
    """The keyframes whose weights are kept too, so that POST /samplings takes their steps."""
    jobs.entry(run)
    kept = await with_core(lambda: _snapshots(jobs.fetched(run)))
    keyframes = await in_background(lambda: store.keyframes(run))
    return [KeyframeInfo(**row) for row in keyframes if row["step"] in kept]


@router.get(
    "/runs/{run}/energy",
    response_class=Response,
    responses=packed(PackedEnergy) | refusals(404, 409, 422, 503),
)
async def energy(run: Key, jobs: AllJobs, step: Update = None) -> Response:
    """The energy that a run shows, as numbers alone in MessagePack: now, or at a snapshot."""
    kept = "no-store" if step is None else "private, max-age=3600"
    body = await jobs.energy(run, step)
    return Response(body, media_type=MSGPACK, headers={"cache-control": kept})


@router.get(
    "/runs/{run}/truth",
    response_class=Response,
    responses=packed(PackedLandscape) | refusals(404, 409),
)
async def truth(run: Key, jobs: AllJobs) -> Response:
    """The true density p(x) of a run's data, a landscape in MessagePack; 404 if it is unknown."""
    entry = jobs.entry(run)
    headers = {"cache-control": "private, max-age=3600"}
    body = await core.truth(entry.run.config, jobs.points.folder)
    return Response(body, media_type=MSGPACK, headers=headers)


@router.get(
    "/runs/{run}/log", response_class=Response, responses=text("text/plain") | refusals(404)
)
def log(run: str, jobs: AllJobs) -> Response:
    """What the run's workers wrote to their console, the newest 200 kB of it."""
    found = jobs.log(run)
    return Response(found, media_type="text/plain", headers={"cache-control": "no-store"})


@router.get(
    "/runs/{run}/download",
    response_class=Response,
    responses=file("application/zip") | refusals(404, 409),
)
def download(run: Key, jobs: AllJobs, store: Database) -> Response:
    """A zip file: config.json, events.json, metrics.csv and the checkpoint."""
    entry = jobs.entry(run)
    headers = {"content-disposition": f'attachment; filename="run-{run}.zip"'}
    body = zipped(entry, jobs.fetched(run), store)
    return StreamingResponse(body, media_type="application/zip", headers=headers)
