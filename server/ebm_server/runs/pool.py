"""Worker processes: warm spares, who has which run, and how they end."""

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ebm_server.runs.executors import Demand, Ended, Executor, Process
from ebm_server.runs.worker_connection import WorkerConnection

log = logging.getLogger(__name__)
LONGEST_PAUSE = 60.0
NEXT_SPARE = 0.5
"""Seconds between looks whether the spare before is warm."""
SPARE_AFTER = 1.0
"""Seconds from a run's start to the next spare's, which must not slow the run's first second."""


LIKE_ALL = Demand()


@dataclass(eq=False)
class Worker:
    """A worker process, of this server or of the one before."""

    name: str
    process: Process
    run: str | None = None
    demand: Demand = LIKE_ALL
    warm: bool = False
    """It has connected."""
    pauses: bool = False
    """It is to wait for a command before its run's first update."""
    gpu: str | None = None
    """The GPU that its run was given, where there are several."""
    adopted: bool = False
    """It was started by a server before this one."""
    connection: WorkerConnection | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """It is connected, and has been given its run."""
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def connect(self, connection: WorkerConnection) -> None:
        self.connection = connection
        self.warm = True

    def disconnect(self, connection: WorkerConnection) -> None:
        """Ends `connection`, unless a newer one has taken its place."""
        if self.connection is connection:
            self.connection = None
            self.ready.clear()


class Pool:
    """All workers that are known to run.

    Args:
        environment: What a worker of this name is started with.
        on_end: Called with a worker whose process is no more, and how it ended.
        wanted_spares: How many spares there should be now.
    """

    def __init__(
        self,
        executor: Executor,
        logs: Path,
        environment: Callable[[str], dict[str, str]],
        on_end: Callable[[Worker, Ended], Awaitable[None]],
        wanted_spares: Callable[[], int],
    ) -> None:
        self.executor = executor
        self.logs = logs
        self.environment = environment
        self.on_end = on_end
        self.workers: dict[str, Worker] = {}
        self.wanted_spares = wanted_spares
        self.closing = False
        self._watches: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self.failures = 0
        """Workers in a row that ended before they were warm."""

    @property
    def spares(self) -> list[Worker]:
        """The workers without a run, those that are warm first, then those that get warm."""
        free = (worker for worker in self.workers.values() if worker.run is None)
        return sorted(free, key=lambda worker: not worker.warm)

    def waits(self, demand: Demand) -> bool:
        """Whether a spare that can take such a run has called."""
        return any(worker.connection and worker.demand == demand for worker in self.spares)

    def ask_for(self, demands: Sequence[Demand]) -> None:
        """Has one spare for each of these demands, and no other: some may wait for their place."""
        missing = Counter(demands)
        for worker in self.spares:
            if missing[worker.demand] > 0:
                missing[worker.demand] -= 1
            else:
                self.executor.kill(worker.process)
        if not self.closing:
            for demand in missing.elements():
                try:
                    self._start(demand)
                except OSError as error:  # asked again when they can be started
                    log.warning("no worker can be started: %s", error)
                    return

    def take(self, run: str, demand: Demand) -> Worker:
        """A worker for a run: a spare, or a new process. The next spare follows later."""
        spares = [worker for worker in self.spares if worker.demand == demand]
        worker = spares[0] if spares else self._start(demand)
        worker.run = run
        self.spare_after(SPARE_AFTER)
        return worker

    def spare_after(self, seconds: float) -> None:
        """Sees to it that there are spares in a while; later where none gets warm.

        What is due sooner stays so: one run after the other must not put it off.
        """
        if self.failures:
            seconds = max(seconds, min(LONGEST_PAUSE, 2.0**self.failures))
        loop = asyncio.get_running_loop()
        if self._timer and not self.failures and self._timer.when() <= loop.time() + seconds:
            return
        if self._timer:
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._start_spare)

    def _start_spare(self) -> None:
        self._timer = None
        if self.closing or len(self.spares) >= self.wanted_spares():
            return
        if all(worker.warm for worker in self.spares):  # one after the other
            self._start(LIKE_ALL)
        self.spare_after(NEXT_SPARE)

    def _start(self, demand: Demand) -> Worker:
        name = uuid.uuid4().hex[:12]
        worker = Worker(name, Process(0, ""), demand=demand)
        worker.process = self.executor.start(self.environment(name), demand, self.log(worker))
        log.info("worker %s is process %d", name, worker.process.pid)
        return self._know(worker)

    def log(self, worker: Worker) -> Path:
        """Where a worker writes until it is given a run."""
        return self.logs / f"{worker.name}.log"

    def adopt(self, name: str, process: Process, run: str) -> Worker:
        """A worker that an earlier server started for a run."""
        return self._know(Worker(name, process, run, adopted=True))

    def _know(self, worker: Worker) -> Worker:
        self.workers[worker.name] = worker
        watch = asyncio.create_task(self._watch(worker))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        return worker

    async def _watch(self, worker: Worker) -> None:
        ended = await self.executor.ended(worker.process)
        self.workers.pop(worker.name, None)
        failed = ended.code or ended.lost
        self.failures = 0 if worker.warm or not failed else self.failures + 1
        log.info("worker %s has ended with code %s %s", worker.name, ended.code, ended.lost)
        await self.on_end(worker, ended)
        worker.gone.set()
        self.log(worker).unlink(missing_ok=True)

    async def close(self, seconds: float) -> None:
        """Asks all workers to save and leave; ends those that have not after `seconds`."""
        self.closing = True
        for worker in self.workers.values():
            placed = worker.run or not self.executor.queues
            (self.executor.ask_to_end if placed else self.executor.kill)(worker.process)
        if self._watches:
            await asyncio.wait(self._watches, timeout=seconds)
        for worker in self.workers.values():
            log.warning("worker %s did not leave in %g s and is ended", worker.name, seconds)
            self.executor.kill(worker.process)
        if self._watches:
            await asyncio.wait(self._watches, timeout=seconds)
