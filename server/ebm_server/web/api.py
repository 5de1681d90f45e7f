"""REST routes under /api/v1: they parse and answer; `jobs` decides."""

import json
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import StreamingResponse

from ebm_server import core
from ebm_server.background import in_background, with_core
from ebm_server.exports.metrics import csv_rows
from ebm_server.protocol.answers import Health
from ebm_server.protocol.bounds import Whole
from ebm_server.protocol.catalogue import Catalogue
from ebm_server.protocol.frames import FrameMessage, PackedLandscape
from ebm_server.protocol.listing import Deleted, DeleteMany, Found, ListedRun, Listing
from ebm_server.protocol.run_config import NewRun
from ebm_server.protocol.runs import Branch, Event, KeyframeInfo, MetricRow, Run
from ebm_server.refusals import Refused
from ebm_server.runs import announcing, listing
from ebm_server.runs.store import EVENTS, METRICS
from ebm_server.settings import package_version
from ebm_server.web.answers import MSGPACK, file, packed, refusals, text
from ebm_server.web.downloads import zipped
from ebm_server.web.encoding import encoded
from ebm_server.web.reached import AllJobs, Database, Key
from ebm_server.web.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)

After = Annotated[Whole, Query(description="Only what is numbered higher.")]


@router.get("/health")
async def health(jobs: AllJobs) -> Health:
    """That the server is there, and what keeps it from writing."""
    found = await announcing.troubles(jobs)
    return Health(status="trouble" if found else "ok", version=package_version(), troubles=found)


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


@router.post("/runs/{run}/repeat", status_code=201, responses=refusals(404, 409, 429))
async def repeat(run: Key, jobs: AllJobs) -> Run:
    """Makes an ended run again, bit for bit: a new run with the changes that are recorded."""
    return await jobs.repeat(run)


@router.post("/runs/{run}/branch", status_code=201, responses=refusals(404, 409, 413, 422, 429))
async def branch(run: Key, asked: Branch, jobs: AllJobs) -> Run:
    """A new run that is bit for bit as this one was at an update, and then changes live fields."""
    return await jobs.branch(run, asked.step, asked.changes, asked.name)


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
