"""Routes of what is taken home of runs: they parse and answer; `ebm_server.exports` makes it."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from ebm_server.background import with_core
from ebm_server.exports.looks import LAYERS, Clock, Layer, Show, Theme
from ebm_server.protocol.bounds import Finite, Id, Whole
from ebm_server.runs.jobs import Jobs
from ebm_server.web.answers import file, refusals, text
from ebm_server.web.reached import AllJobs, Database, Key
from ebm_server.web.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1/runs/{run}/export", route_class=StrictRoute)

Beside = Annotated[
    list[Id] | None, Query(max_length=3, description="Runs that are compared with it.")
]
Repeats = Annotated[
    list[Id] | None,
    Query(
        max_length=24,
        description="Runs that are one of these but for the seed, for the median and the range.",
    ),
]
Layers = Annotated[
    list[Literal["none", Layer]] | None,
    Query(
        max_length=6,
        description="What is drawn, where the run has it; `energy` is the map, `none` nothing at "
        "all. Of images: whose are shown.",
    ),
]
Moment = Annotated[Whole | None, Query(description="One of GET .../keyframes; else the newest.")]
First = Annotated[Whole | None, Query(description="The update where it begins.")]
Last = Annotated[Whole | None, Query(description="The update where it ends.")]
MISSING = refusals(404, 409, 413, 422)


@router.get("/html", response_class=Response, responses=text("text/html") | MISSING)
async def html(
    run: Key,
    jobs: AllJobs,
    store: Database,
    beside: Beside = None,
    repeats: Repeats = None,
    moments: Annotated[int | None, Query(ge=2, le=400)] = None,
    cells: Annotated[int, Query(ge=16, le=128)] = 80,
    first: First = None,
    last: Last = None,
) -> Response:
    """One HTML file that replays a run, or a comparison, with no server and no network."""

    def work() -> bytes:
        from ebm_server.exports.offline import Replay, html

        return html(taken(), Replay(moments, cells, first, last), repeated())

    taken = _materials([run, *(beside or [])], jobs, store)
    repeated = _materials(repeats or [], jobs, store)
    return _sent(await with_core(work), "text/html", f"run-{run}.html")


@router.get("/gif", response_class=Response, responses=file("image/gif") | MISSING)
async def gif(
    run: Key,
    jobs: AllJobs,
    store: Database,
    beside: Beside = None,
    width: Annotated[int, Query(ge=96, le=1024)] = 480,
    per_second: Annotated[Finite, Query(ge=1, le=50)] = 12,
    pictures: Annotated[int, Query(ge=2, le=400)] = 60,
    first: First = None,
    last: Last = None,
    theme: Theme = "dark",
    clock: Clock = "seconds",
    layers: Layers = None,
    show: Show = "energy",
) -> Response:
    """A run, or a comparison, as an animated GIF."""

    def work() -> bytes:
        from ebm_server.exports.film import Film, gif

        drawn = LAYERS if layers is None else tuple(name for name in layers if name != "none")
        looks = Film(width, per_second, pictures, first, last, theme, clock, drawn, show)
        return gif(taken(), looks)

    taken = _materials([run, *(beside or [])], jobs, store)
    return _sent(await with_core(work), "image/gif", f"run-{run}.gif")


@router.get("/script", response_class=Response, responses=file("application/zip") | MISSING)
async def script(run: Key, jobs: AllJobs, store: Database) -> Response:
    """A Python script that makes the run again bit for bit, zipped with the points it reads."""

    def work() -> bytes:
        from ebm_server.exports.script import zipped

        return zipped(taken()[0])

    taken = _materials([run], jobs, store)
    return _sent(await with_core(work), "application/zip", f"run-{run}-script.zip")


@router.get("/samples", response_class=Response, responses=text("text/csv") | MISSING)
async def samples(run: Key, jobs: AllJobs, store: Database, step: Moment = None) -> Response:
    """The points of a moment as CSV, in the data's units."""

    def work() -> bytes:
        from ebm_server.exports.tables import samples

        return samples(taken()[0], step).encode()

    taken = _materials([run], jobs, store)
    return _sent(await with_core(work), "text/csv", f"run-{run}-samples.csv")


@router.get("/grid", response_class=Response, responses=file("application/zip") | MISSING)
async def grid(run: Key, jobs: AllJobs, store: Database, step: Moment = None) -> Response:
    """The landscape of a moment as NPZ: energy, x, y and step."""

    def work() -> bytes:
        from ebm_server.exports.tables import grid

        return grid(taken()[0], step)

    taken = _materials([run], jobs, store)
    return _sent(await with_core(work), "application/zip", f"run-{run}-landscape.npz")


def _materials(ids: list[str], jobs: Jobs, store: Any) -> Callable[[], list[Any]]:
    """What reads the runs, once `ebm_core` is there; refused with 404 where there is none."""
    entries = [jobs.entry(run) for run in ids]

    def read() -> list[Any]:
        from ebm_server.exports.material import kept

        return [kept(entry, jobs.fetched(entry.run.id), store) for entry in entries]

    return read


def _sent(body: bytes, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(body, media_type=kind, headers=headers)
