"""What watches over a server asks: whether it is ready, and how much of everything there is."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ebm_server.protocol.answers import Ready
from ebm_server.protocol.runs import RunState
from ebm_server.refusals import Refused
from ebm_server.runs.jobs import Jobs
from ebm_server.runs.store import RUNS
from ebm_server.web.answers import refusals
from ebm_server.web.reached import AllJobs
from ebm_server.web.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute)
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
DATABASE_SECONDS = 5.0


@router.get("/ready", responses=refusals(503))
async def ready(jobs: AllJobs) -> Ready:
    """That runs can be started and read: the database answers, and the server does not end."""
    if jobs.dispatch.closing:
        raise Refused(503, "the server ends")
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            await asyncio.to_thread(jobs.ledger.store.read, sa.select(RUNS.c.id).limit(1))
    except TimeoutError as error:
        why = f"the database has not answered for {DATABASE_SECONDS:g} s"
        raise Refused(503, why) from error
    except sa.exc.SQLAlchemyError as error:
        raise Refused(503, f"the database cannot be read: {error}") from error
    return Ready(status="ready")


async def metrics(request: Request) -> Response:
    """All series, as Prometheus reads them."""
    return Response(generate_latest(request.app.state.registry), media_type=PROMETHEUS)


def registry_of(jobs: Jobs) -> CollectorRegistry:
    """The series of one server: its own process, and its runs."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(Runs(jobs))
    return registry


class Runs(Collector):
    """Reads how things stand at the moment somebody asks; nothing is counted on the side."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs

    def collect(self) -> Iterator[Metric]:
        jobs, dispatch = self.jobs, self.jobs.dispatch
        states = Counter(entry.run.state for entry in jobs.ledger.entries.values())
        runs = GaugeMetricFamily("ebm_runs", "Runs by state; queued ones wait.", labels=["state"])
        for state in get_args(RunState):
            runs.add_metric([state], states[state])
        yield runs
        settings, hub = jobs.settings, dispatch.hub
        workers = dispatch.pool.workers.values()
        yield _gauge("ebm_running_most", "Runs that go at once at most.", settings.max_running)
        yield _gauge("ebm_queue_most", "Runs that may wait at most.", settings.max_queued)
        yield _gauge("ebm_workers", "Worker processes, spare ones too.", len(workers))
        memory = sum(resident(worker.process.pid) for worker in workers)
        what = "Resident memory of all workers."
        yield _gauge("ebm_workers_resident_memory_bytes", what, memory)
        yield _gauge("ebm_pages", "Pages that are connected.", len(hub.mailboxes))
        watched = {run for mailbox in hub.mailboxes for run in mailbox.watching}
        yield _gauge("ebm_watched_runs", "Runs that some page watches.", len(watched))
        taken = "Frames that workers have sent since the server began."
        yield CounterMetricFamily("ebm_frames", taken, value=hub.frames_taken)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 where it is gone, or the system does not tell."""
    try:
        pages: Any = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
