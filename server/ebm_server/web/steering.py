"""REST routes that steer a run: hold it, let it go on, change it, and ask what it shows."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from ebm_server import core
from ebm_server.protocol.bounds import Whole
from ebm_server.protocol.energies import PackedEnergy
from ebm_server.protocol.runs import Patch, Run, Steps
from ebm_server.protocol.slow_motion import SlowMotion
from ebm_server.web.answers import MSGPACK, packed, refusals
from ebm_server.web.reached import AllJobs, Key, Wheel
from ebm_server.web.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)

Update = Annotated[Whole | None, Query(description="One of GET .../snapshots; else the newest.")]


@router.post("/runs/{run}/pause", responses=refusals(404, 409, 503))
async def pause(run: Key, wheel: Wheel) -> Run:
    """Holds a run before its next update."""
    return await wheel.pause(run)


@router.post("/runs/{run}/resume", responses=refusals(404, 409, 429, 503))
async def resume(run: Key, wheel: Wheel, jobs: AllJobs) -> Run:
    """Lets a paused run go on; a stopped or failed one from its last checkpoint."""
    entry = jobs.entry(run)
    if entry.run.state in ("stopped", "failed") and entry.run.config.get("plugins"):
        await core.refuse_unreadable(entry.run.config, jobs.points.folder)
    return await wheel.resume(run)


@router.post("/runs/{run}/step", responses=refusals(404, 409, 413, 422, 503))
async def step(run: Key, wheel: Wheel, steps: Annotated[Steps | None, Body()] = None) -> Run:
    """Makes some updates of a paused run."""
    return await wheel.step(run, (steps or Steps()).updates)


@router.post(
    "/runs/{run}/slow-motion",
    response_class=Response,
    responses=packed(SlowMotion) | refusals(404, 409, 422, 503),
)
async def slow_motion(run: Key, wheel: Wheel) -> Response:
    """Makes one update of a paused run, and tells its phases, in MessagePack."""
    return Response(await wheel.slow_motion(run), media_type=MSGPACK)


@router.post("/runs/{run}/stop", responses=refusals(404, 409, 503))
async def stop(run: Key, wheel: Wheel) -> Run:
    """Ends a run with a checkpoint."""
    return await wheel.stop(run)


@router.patch("/runs/{run}", responses=refusals(404, 409, 413, 422, 503))
async def change(run: Key, patch: Patch, wheel: Wheel, jobs: AllJobs) -> Run:
    """Sets live fields, speed limit, name, tags and pin; 422 with path and bounds, and then nothing
    is set."""
    entry = jobs.entry(run)
    if patch.changes:
        await wheel.change(run, patch.changes)
    if "speed" in patch.model_fields_set:
        await wheel.limit_speed(run, patch.speed)
    await jobs.describe(run, patch.name, patch.pinned, patch.tags)
    return entry.run


@router.get(
    "/runs/{run}/energy",
    response_class=Response,
    responses=packed(PackedEnergy) | refusals(404, 409, 422, 503),
)
async def energy(run: Key, wheel: Wheel, step: Update = None) -> Response:
    """The energy that a run shows, as numbers alone in MessagePack: now, or at a snapshot."""
    kept = "no-store" if step is None else "private, max-age=3600"
    body = await wheel.energy(run, step)
    return Response(body, media_type=MSGPACK, headers={"cache-control": kept})
