"""The sweeps of a server: they give the queue of runs one after the other, as room comes."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from ebm_server.background import with_core
from ebm_server.protocol.runs import Run, digest_of
from ebm_server.protocol.sweeps import (
    Sweep,
    SweepGroup,
    SweepPlan,
    SweepRun,
    SweepSummary,
)
from ebm_server.refusals import Refused
from ebm_server.runs.endings import SHUT_DOWN
from ebm_server.runs.jobs import Jobs
from ebm_server.runs.ledger import Entry, now
from ebm_server.runs.points import references
from ebm_server.runs.steering import Steering
from ebm_server.runs.store import SWEEPS
from ebm_server.sweeps.telling import Known, called, has_ended, state, told

log = logging.getLogger(__name__)
MOST_SWEEPS = 1000
GOING = ("queued", "starting", "running", "paused")
ATTEMPTS = 3
"""Workers that a run is given to, where they die."""


class Sweeps:
    """All sweeps. Lives on the event loop."""

    def __init__(self, jobs: Jobs, steering: Steering) -> None:
        self.jobs = jobs
        self.steering = steering
        self.store = jobs.ledger.store
        self.known: dict[str, Known] = {}
        self.again: set[str] = set()
        """Runs that were stopped, and are to go on since their sweep does."""
        self._keys: dict[str, str] = {}
        """By run, the key that it is known by in its sweep."""
        self._feeding: asyncio.Task[None] | None = None
        self._more = False
        jobs.points_to_come = lambda: references([s.members for s in self.known.values()])

    async def read(self) -> None:
        """Reads what the last server left; before the runs are opened, which may need points."""
        query = sa.select(SWEEPS).order_by(SWEEPS.c.created, SWEEPS.c.id)
        rows = await asyncio.to_thread(self.store.read, query)
        self.known = {row["id"]: Known(**row) for row in rows}

    def open(self) -> None:
        """Goes on with what was going on; the runs are open. What a person has stopped or paused
        rests until the sweep is resumed.
        """
        for sweep in self.known.values():
            if sweep.active:
                self._let_go_on(sweep, lambda run: run.reason == SHUT_DOWN)
        self.feed()

    async def close(self) -> None:
        """Gives the queue no more."""
        if self._feeding:
            self._feeding.cancel()
            await asyncio.gather(self._feeding, return_exceptions=True)

    def get(self, sweep: str) -> Known:
        """A sweep by its id; refused with 404 where there is none."""
        if sweep not in self.known:
            raise Refused(404, f"there is no sweep {sweep!r}; GET /api/v1/sweeps lists them")
        return self.known[sweep]

    async def plan(self, toml: str) -> tuple[SweepPlan, list[dict[str, Any]]]:
        """What a sweep would be; refused with 422 where it cannot be."""
        folder, at_once = self.jobs.points.folder, self.jobs.settings.max_running

        def work() -> tuple[SweepPlan, list[dict[str, Any]]]:
            from ebm_server.sweeps.planning import planned

            return planned(toml, folder, at_once)

        async with self.jobs.points.lock:
            return await with_core(work)

    async def create(self, toml: str) -> SweepSummary:
        """A new sweep; it is kept when this returns, and its runs follow."""
        if len(self.known) >= MOST_SWEEPS:
            raise Refused(429, f"there are {MOST_SWEEPS} sweeps; delete some")
        plan, members = await self.plan(toml)
        sweep = Known(uuid.uuid4().hex[:10], plan.name, toml, members, now(), active=True)
        self.known[sweep.id] = sweep
        await self.store.writer.done(
            lambda connection: connection.execute(SWEEPS.insert(), vars(sweep))
        )
        self.feed()
        self.jobs.ledger.hub.runs_changed()
        return self.summary(sweep)

    def entries(self, sweep: Known) -> dict[str, Entry]:
        """Its runs that there are, by key."""
        found = {}
        for entry in self.jobs.ledger.entries.values():
            if entry.run.sweep == sweep.id:
                found[self._key(entry)] = entry
        return found

    def _key(self, entry: Entry) -> str:
        run = entry.run.id
        if run not in self._keys:
            self._keys[run] = digest_of(entry.initial)
        return self._keys[run]

    def feed(self) -> None:
        """Starts what there is room for; called whenever a run has ended."""
        self.jobs.queue.start()
        self._more = True
        if self._feeding is None or self._feeding.done():
            self._feeding = asyncio.create_task(self._feed())

    async def _feed(self) -> None:
        while self._more:
            self._more = False
            for sweep in list(self.known.values()):
                if sweep.active:
                    try:
                        await self._feed_from(sweep)
                    except Refused as error:  # the next run that ends asks again
                        log.warning("sweep %s waits: %s", sweep.id, error)

    async def _feed_from(self, sweep: Known) -> None:
        entries = self.entries(sweep)
        for member in sweep.members:
            if self._is_full() or not sweep.active:
                return
            entry = entries.get(member["key"])
            if entry is None:
                await self.jobs.add_to_sweep(member["config"], called(member), sweep.id)
            elif self._is_to_go_on(entry):
                self.again.discard(entry.run.id)
                await self.steering.resume(entry.run.id)
        if has_ended(sweep, self.entries(sweep)):
            await self._set_active(sweep, False)

    def _is_full(self) -> bool:
        """One run of a sweep waits at a time, so that others need not wait for long."""
        queue = self.jobs.queue
        none_may_wait = self.jobs.settings.max_queued == 0 and not queue.has_room()
        return bool(queue.in_states("queued")) or none_may_wait or self.jobs.dispatch.closing

    def _is_to_go_on(self, entry: Entry) -> bool:
        """It was stopped with its sweep, or its worker died."""
        run = entry.run
        if run.state == "stopped":
            return run.id in self.again
        return run.state == "failed" and not run.repeats and entry.attempt < ATTEMPTS

    def _let_go_on(self, sweep: Known, which: Callable[[Run], bool] = lambda _: True) -> None:
        stopped = [e.run for e in self.entries(sweep).values() if e.run.state == "stopped"]
        self.again.update(run.id for run in stopped if which(run))

    async def _set_active(self, sweep: Known, active: bool) -> None:
        sweep.active = active
        change = SWEEPS.update().where(SWEEPS.c.id == sweep.id).values(active=active)
        await self.store.writer.done(lambda connection: connection.execute(change))

    async def pause(self, sweep: str) -> SweepSummary:
        """Stops its runs, which save what they have, and starts no more of them."""
        found = self.get(sweep)
        await self._set_active(found, False)
        runs = [e.run.id for e in self.entries(found).values() if e.run.state in GOING]
        for done in await asyncio.gather(*map(self.steering.stop, runs), return_exceptions=True):
            if isinstance(done, Refused):
                log.info("a run of sweep %s was not stopped: %s", sweep, done)
            elif isinstance(done, BaseException):
                raise done
        self.feed()
        return self.summary(found)

    async def resume(self, sweep: str) -> SweepSummary:
        """Goes on with what is missing, and with what was stopped."""
        found = self.get(sweep)
        if has_ended(found, self.entries(found)):
            raise Refused(409, f"sweep {sweep} has finished; nothing of it is missing")
        await self._set_active(found, True)
        self._let_go_on(found)
        self.feed()
        return self.summary(found)

    async def delete(self, sweep: str, with_runs: bool) -> None:
        """Removes a sweep, and its runs where they are not to stay; 409 while some go on."""
        found = self.get(sweep)
        entries = self.entries(found).values()
        if found.active or any(e.run.state in GOING for e in entries):
            raise Refused(409, f"sweep {sweep} goes on; pause it first")
        del self.known[sweep]
        gone = SWEEPS.delete().where(SWEEPS.c.id == sweep)
        await self.store.writer.done(lambda connection: connection.execute(gone))
        for entry in list(entries) if with_runs else ():
            await self.jobs.delete(entry.run.id)
        self.jobs.ledger.hub.runs_changed()

    def all(self) -> list[SweepSummary]:
        """Every sweep, the newest first."""
        return [self.summary(sweep) for sweep in reversed(self.known.values())]

    def summary(self, sweep: Known) -> SweepSummary:
        """A sweep as a list tells of it."""
        entries = self.entries(sweep)
        states = [entry.run.state for entry in entries.values()]
        failed = states.count("failed")
        return SweepSummary(
            id=sweep.id,
            name=sweep.name,
            state=state(sweep, entries),
            created=sweep.created,
            runs=len(sweep.members),
            ended=states.count("finished") + failed,
            failed=failed,
            going=sum(one in ("starting", "running") for one in states),
        )

    def runs(self, sweep: Known) -> list[SweepRun]:
        """Where each of its runs is."""
        entries = self.entries(sweep)
        return [told(member, entries.get(member["key"])) for member in sweep.members]

    async def whole(self, sweep: str) -> Sweep:
        """All of a sweep, with its table."""
        known = self.get(sweep)
        runs = self.runs(known)

        def work() -> list[SweepGroup]:
            from ebm_server.sweeps.planning import grouped

            return grouped(runs)

        varied = list(dict.fromkeys(path for run in runs for path in run.values))
        return Sweep(
            **self.summary(known).model_dump(),
            toml=known.toml,
            varied=varied,
            members=runs,
            groups=await with_core(work),
        )

    async def csv(self, sweep: str, of_groups: bool) -> str:
        """Its runs, or their groups, as a table."""
        runs = self.runs(self.get(sweep))

        def work() -> str:
            from ebm_server.sweeps.planning import as_csv

            return as_csv(runs, of_groups)

        return await with_core(work)
