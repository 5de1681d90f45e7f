"""Routes of sweeps under /api/v1/sweeps: they parse and answer; `ebm_server.sweeps` decides."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from ebm_server.protocol.sweeps import NewSweep, Sweep, SweepPlan, SweepSummary
from ebm_server.sweeps.queue import Sweeps
from ebm_server.web.answers import refusals, text
from ebm_server.web.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1/sweeps", route_class=StrictRoute)


def sweeps_of(request: Request) -> Sweeps:
    """The server's sweeps."""
    sweeps: Sweeps = request.app.state.sweeps
    return sweeps


AllSweeps = Annotated[Sweeps, Depends(sweeps_of)]
WithRuns = Annotated[bool, Query(description="Its runs too; else they stay, and are of no sweep.")]


@router.get("")
async def sweeps(known: AllSweeps) -> list[SweepSummary]:
    """Every sweep, the newest first."""
    return known.all()


@router.post("", status_code=201, responses=refusals(413, 422, 429))
async def create(body: NewSweep, known: AllSweeps) -> SweepSummary:
    """Starts a sweep from TOML; 422 with path and bounds, and then nothing is started."""
    return await known.create(body.toml)


@router.post("/plan", responses=refusals(413, 422))
async def plan(body: NewSweep, known: AllSweeps) -> SweepPlan:
    """What a sweep would be: how many runs, and how long they take; nothing is started."""
    return (await known.plan(body.toml))[0]


@router.get("/{sweep}", responses=refusals(404))
async def get(sweep: str, known: AllSweeps) -> Sweep:
    """A sweep with all its runs, and median and quartiles of those that differ by seed."""
    return await known.whole(sweep)


@router.get("/{sweep}/summary", responses=refusals(404))
async def summary(sweep: str, known: AllSweeps) -> SweepSummary:
    """How far a sweep is."""
    return known.summary(known.get(sweep))


@router.get(
    "/{sweep}/table", response_class=Response, responses=text("text/csv") | refusals(404, 422)
)
async def table(sweep: str, known: AllSweeps, of: Literal["runs", "groups"] = "runs") -> Response:
    """The same as CSV: a line a run, or a line a group with median and quartiles."""
    body = await known.csv(sweep, of == "groups")
    headers = {"content-disposition": f'attachment; filename="sweep-{sweep}-{of}.csv"'}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/{sweep}/pause", responses=refusals(404))
async def pause(sweep: str, known: AllSweeps) -> SweepSummary:
    """Stops its runs with a checkpoint each, and starts no more."""
    return await known.pause(sweep)


@router.post("/{sweep}/resume", responses=refusals(404, 409))
async def resume(sweep: str, known: AllSweeps) -> SweepSummary:
    """Goes on with what is missing, and from the checkpoints of what was stopped."""
    return await known.resume(sweep)


@router.delete("/{sweep}", status_code=204, responses=refusals(404, 409, 422))
async def delete(sweep: str, known: AllSweeps, with_runs: WithRuns = False) -> None:
    """Removes a sweep that is paused or has finished."""
    await known.delete(sweep, with_runs)
