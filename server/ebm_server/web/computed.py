"""Routes of what is computed for who asks, beside all training: `ebm_server.playground` does it."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response

from ebm_server.background import in_background
from ebm_server.playground import Question, Samplings
from ebm_server.protocol.bounds import Whole
from ebm_server.protocol.playground import Outcome, Trial
from ebm_server.protocol.robustness import Robustness
from ebm_server.protocol.slow_motion import SlowMotion
from ebm_server.protocol.ways import Way, WayMade
from ebm_server.runs.jobs import Jobs
from ebm_server.web.answers import MSGPACK, packed, refusals
from ebm_server.web.reached import AllJobs, Key, Wheel
from ebm_server.web.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)

Step = Annotated[Whole, Query(description="Steps that the chains have made.")]


def samplings_of(request: Request) -> Samplings:
    """The process that computes."""
    samplings: Samplings = request.app.state.samplings
    return samplings


@router.post(
    "/samplings",
    response_class=Response,
    responses=packed(Outcome) | refusals(404, 409, 413, 422, 429, 500),
)
async def sample(body: Annotated[Trial, Body()], request: Request, jobs: AllJobs) -> Response:
    """Tries a sampler on an energy: landscape, draws and how well they mix, in MessagePack."""
    return await _sampled("trial", body, request, jobs)


@router.post(
    "/samplings/slow-motion",
    response_class=Response,
    responses=packed(SlowMotion) | refusals(404, 409, 413, 422, 429, 500),
)
async def slow_step(
    body: Annotated[Trial, Body()], step: Step, request: Request, jobs: AllJobs
) -> Response:
    """The chains of such a trial from one step to the next, in phases, in MessagePack."""
    return await _sampled("step of a trial", body, request, jobs, step)


async def _sampled(
    question: Question, body: Trial, request: Request, jobs: Jobs, step: int = 0
) -> Response:
    energy = body.get("energy")
    run = energy.get("run") if isinstance(energy, dict) else None
    known = jobs.entry(run).run.id if isinstance(run, str) else None
    samplings = samplings_of(request)

    def ask() -> bytes:
        directory = jobs.fetched(known) if known else None
        return samplings.ask(question, dict(body), directory, step)

    answer = await in_background(ask)
    return Response(answer, media_type=MSGPACK)


@router.post(
    "/runs/{run}/ways",
    response_class=Response,
    responses=packed(WayMade) | refusals(404, 409, 413, 422, 429, 500, 503),
)
async def way(
    run: Key, body: Annotated[Way, Body()], request: Request, jobs: AllJobs, wheel: Wheel
) -> Response:
    """Chains of a run on images, from starts of one's own by the energy of now or of a snapshot,
    with the energy on their way; or the line between two images. In MessagePack."""
    given, known = dict(body), jobs.entry(run).run.id
    if given.get("step") is None:
        given["step"] = await wheel.keep_moment(run)
    samplings = samplings_of(request)
    answer = await in_background(lambda: samplings.ask("way", given, jobs.fetched(known)))
    return Response(answer, media_type=MSGPACK)


@router.get(
    "/runs/{run}/robustness",
    response_class=Response,
    responses=packed(Robustness) | refusals(404, 409, 429, 500, 503),
)
async def robustness(run: Key, request: Request, jobs: AllJobs) -> Response:
    """The accuracy of JEM, and of the plain classifier beside it, on images that an attacker may
    change a little: by the weights that were saved last. It takes seconds. In MessagePack."""
    known, samplings = jobs.entry(run).run.id, samplings_of(request)
    answer = await in_background(lambda: samplings.ask("robustness", {}, jobs.fetched(known)))
    return Response(answer, media_type=MSGPACK)
