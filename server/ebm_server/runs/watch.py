"""Looks after workers: what each takes, whether it may, and whether it should rest."""

import asyncio
import logging
import time
from collections.abc import Callable

from ebm_server.limits import MB, Limits
from ebm_server.protocol.runs import Usage
from ebm_server.protocol.worker_messages import Stop
from ebm_server.runs.dispatch import Dispatch, Silent
from ebm_server.runs.executors import Used
from ebm_server.runs.ledger import Entry
from ebm_server.runs.pool import Worker

log = logging.getLogger(__name__)
LOOK_SECONDS = 2.0


class Watch:
    """The limits of runs, as they go.

    Args:
        on_free: Called when a run has stopped using its core.
    """

    def __init__(self, limits: Limits, dispatch: Dispatch, on_free: Callable[[], None]) -> None:
        self.limits = limits
        self.dispatch = dispatch
        self.on_free = on_free
        self._before: dict[str, tuple[float, Used]] = {}
        """By worker: when it was looked at, and what it had used by then."""
        self._resting: dict[str, tuple[int, float]] = {}
        """By run: the update where it is paused, and since when."""

    async def look_for_ever(self) -> None:
        """Looks until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("looking after the workers failed")

    async def look(self) -> None:
        """One look at each worker that has a run."""
        workers = [worker for worker in self.dispatch.pool.workers.values() if worker.run]
        processes = [worker.process for worker in workers]
        executor = self.dispatch.pool.executor
        await executor.look()
        used = await asyncio.to_thread(executor.used, processes)
        before, self._before = self._before, {}
        self._resting = {w.run: r for w in workers if w.run and (r := self._resting.get(w.run))}
        for worker, now in zip(workers, used, strict=True):
            entry = self.dispatch.entry_of(worker)
            if entry is None or now is None:
                continue
            self._before[worker.name] = time.monotonic(), now
            entry.run.usage = usage(worker, now, before.get(worker.name))
            await self._keep_within(entry, now)
            self._rest(entry)
        self.on_free()  # a paused run may have made the updates that it was asked for

    async def _keep_within(self, entry: Entry, used: Used) -> None:
        """Ends a run that takes more than it may."""
        limits, run = self.limits, entry.run
        most = limits.run_memory * entry.processes  # as a cluster is asked for
        if used.memory > most:
            reason = (
                f"its worker took {used.memory / MB:,.0f} MB of memory, and {most / MB:,.0f} MB "
                "are the most that one may (EBM_RUN_MEMORY_BYTES); take fewer chains, a smaller "
                "batch or a smaller energy; its last checkpoint is kept"
            )
            await self.dispatch.kill(entry, "failed", reason)
        elif limits.run_seconds and run.state == "running" and run.seconds > limits.run_seconds:
            reason = (
                f"it has trained for {run.seconds:.0f} s, and {limits.run_seconds:g} s are the "
                "most that a run may (EBM_RUN_SECONDS)"
            )
            try:
                await self.dispatch.ask(entry, Stop(reason=reason))
            except Silent:
                await self.dispatch.kill(entry, "stopped", reason)

    def _rest(self, entry: Entry) -> None:
        """Lets the worker of a run that has been paused for long go; resume starts another."""
        run = entry.run
        step, since = self._resting.get(run.id, (-1, 0.0))
        if run.state != "paused":
            self._resting.pop(run.id, None)
        elif step != run.step:
            self._resting[run.id] = run.step, time.monotonic()
        elif time.monotonic() - since > self.limits.sleep_seconds:
            self.dispatch.sleep_soon(entry)


def usage(worker: Worker, now: Used, before: tuple[float, Used] | None) -> Usage:
    """What a worker takes, for people."""
    cpu = None
    if before is not None:
        seconds = time.monotonic() - before[0]
        cpu = max(0.0, (now.cpu_seconds - before[1].cpu_seconds) / max(seconds, 0.1))
    return Usage(cpu=cpu, memory=now.memory, gpu=worker.gpu)
