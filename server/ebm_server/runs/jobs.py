"""The life of runs: created, queued, steered, ended, and found again by the next server."""

import asyncio
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ebm_server import core
from ebm_server.protocol.messages import Problem
from ebm_server.protocol.points import OwnPoints
from ebm_server.protocol.runs import ENDED, Run, RunState, RunSummary
from ebm_server.protocol.worker_messages import (
    REPEATED,
    AnyCommand,
    Done,
    MakeSlowUpdate,
    MakeUpdates,
    Pause,
    Resume,
    SetFields,
    Stop,
    TellEnergy,
)
from ebm_server.refusals import Invalid, Refused
from ebm_server.runs.dispatch import Dispatch, Silent
from ebm_server.runs.ledger import Entry, Ledger, now
from ebm_server.runs.points import TOLD, PointFiles, references
from ebm_server.runs.pool import SPARE_AFTER
from ebm_server.runs.reports import write_json
from ebm_server.runs.store import EVENTS
from ebm_server.settings import Settings


class Jobs:
    """All runs of this server. Lives on the event loop."""

    def __init__(self, settings: Settings, ledger: Ledger, dispatch: Dispatch) -> None:
        self.settings = settings
        self.ledger = ledger
        self.dispatch = dispatch
        self.points = PointFiles(settings.points_dir)
        self.points_to_come: Callable[[], set[str]] = set
        """Digests that runs will refer to which are not here yet."""

    def _in(self, *states: RunState) -> list[Entry]:
        return [entry for entry in self.ledger.entries.values() if entry.run.state in states]

    def entry(self, run: str) -> Entry:
        """A run by its id; refused with 404 where there is none."""
        if run not in self.ledger.entries:
            raise Refused(404, f"there is no run {run!r}; GET /api/v1/runs lists them")
        return self.ledger.entries[run]

    def runs(self) -> list[RunSummary]:
        """Every run, the newest first."""
        runs = sorted((r.run for r in self.ledger.entries.values()), key=_age, reverse=True)
        return [run.summary for run in runs]

    def directory(self, run: str) -> Path:
        """Where a run's files are."""
        return self.settings.runs_dir / run

    async def open(self) -> None:
        """Finds the runs that the last server left, and their workers."""
        await self.ledger.open()
        await asyncio.to_thread(self.points.sweep, self._points_in_use())
        for entry in self._in("starting", "running", "paused"):
            self.dispatch.adopt(entry)
        self.start_queued()
        self.dispatch.pool.spare_after(SPARE_AFTER if self.dispatch.pool.workers else 0)

    async def close(self) -> None:
        """Saves every run: those that ran are "stopped", queued ones wait for next time."""
        await self.dispatch.close()

    def wants_spare(self) -> bool:
        """Whether a worker should be kept ready for the next run."""
        busy = len(self._in("starting", "running"))
        return self.settings.spare and busy < self.settings.max_running

    def start_queued(self) -> None:
        """Starts queued runs, the oldest first, while cores are free. A paused run uses none."""
        while not self.dispatch.closing:
            queued = min(self._in("queued"), key=lambda entry: _age(entry.run), default=None)
            busy = len(self._in("starting", "running"))
            if queued is None or busy >= self.settings.max_running:
                return
            self.dispatch.launch(queued)

    def _refuse_when_full(self) -> None:
        busy, queued = len(self._in("starting", "running")), len(self._in("queued"))
        if busy >= self.settings.max_running and queued >= self.settings.max_queued:
            raise Refused(
                429,
                f"{busy} runs are going and {queued} wait, as many as are allowed; "
                "stop one or wait until one ends",
            )

    async def create(self, given: dict[str, Any], name: str | None) -> Run:
        """A new run, started where a core is free; refused with 429 when the queue is full."""
        async with self.points.lock:
            config = await core.complete(given, self.points.folder)
            name = name or f"{config['method']['kind']} on {self.points.called(config['dataset'])}"
            return self._add(config, name, [])

    def add_to_sweep(self, config: dict[str, Any], name: str, sweep: str) -> Run:
        """A new run of a sweep, of a config that is whole."""
        return self._add(config, name, [], sweep=sweep)

    async def repeat(self, run: str) -> Run:
        """A new run that makes an ended one again, with the changes and length that are recorded.

        Refused with 409 while it goes on, or where its length was never measured.
        """
        entry = self.entry(run)
        if entry.run.state not in ENDED:
            raise Refused(409, f"run {run} is {entry.run.state}; stop it first")
        return await self._again(entry, f"{entry.run.name}, again", None, {})

    async def branch(self, run: str, step: int, changes: dict[str, Any], name: str | None) -> Run:
        """A new run that is as `run` was after `step` updates, and then changes live fields.

        Its way there is made again, bit for bit: it needs nothing that a run does not keep. The
        changes that the parent made later are not made. Refused with 422 beyond the parent's last
        update, with 409 where the parent's length was never measured.
        """
        entry = self.entry(run)
        if step > entry.run.step:
            bounds, message = f"0 to {entry.run.step}", "the run has not come so far"
            raise Invalid([Problem(path="step", value=step, message=message, allowed=bounds)])
        name = name or f"{entry.run.name}, from {step}"
        return await self._again(entry, name, step, changes)

    async def _again(
        self, entry: Entry, name: str, step: int | None, changes: dict[str, Any]
    ) -> Run:
        async with self.points.lock:
            events = await asyncio.to_thread(self.ledger.store.after, EVENTS, entry.run.id, 0)
            fields = ("step", "path", "value", "previous")
            recorded = [{name: e[name] for name in fields} for e in events if e["kind"] == "change"]
            made = await core.branch(entry.initial, recorded, step, changes, self.points.folder)
            parent = {} if step is None else {"parent": entry.run.id, "parent_step": step}
            return self._add(entry.initial, name, made, **parent)

    def _add(
        self, config: dict[str, Any], name: str, changes: list[dict[str, Any]], **parent: Any
    ) -> Run:
        """A new run, which is to make changes that are known."""
        self._refuse_when_full()
        run = Run(
            id=uuid.uuid4().hex[:10],
            name=name,
            state="queued",
            config=config,
            first_plugins=config["plugins"],
            created=now(),
            **parent,
        )
        write_json(self.directory(run.id) / "config.json", config)
        if changes:
            write_json(self.directory(run.id) / REPEATED, changes)
        self.points.link_into(self.directory(run.id), references(config))
        self.ledger.add(Entry(run, initial=config))
        self.start_queued()
        return run

    def _points_in_use(self) -> set[str]:
        """The digests that runs refer to, and sweeps whose runs are yet to come."""
        of_runs = (_points_of(entry) for entry in self.ledger.entries.values())
        return set().union(self.points_to_come(), *of_runs)

    async def keep_points(
        self,
        data: bytes,
        name: str,
        columns: str | None,
        labels: str | None,
        classes: str | None,
    ) -> OwnPoints:
        """Reads a file of points, for runs to come."""
        folder = self.points.folder
        async with self.points.lock:
            read = await core.keep_points(data, name, folder, columns, labels, classes)
            write_json(self.points.words(read.digest), read.model_dump(include=set(TOLD)))
            for kept in filter(None, (read, read.classes)):
                self.points.uploaded(kept.digest)
            return read

    async def kept_points(self, digest: str) -> OwnPoints:
        """What was read of points that are still kept; refused with 404 where they are not."""
        self.points_file(digest)
        kept = await core.kept_points(digest, self.points.folder)
        return kept.model_validate(kept.model_dump() | (self.points.told(digest) or {}))

    def points_file(self, digest: str) -> Path:
        """Where points are kept, or their classes; refused with 404 where they are not."""
        found = self.points.file(digest)
        if not found.is_file():
            raise Refused(404, f"the points {digest} are not kept; send their file again")
        return found

    async def pause(self, run: str) -> Run:
        """Holds a run before its next update."""
        return await self._command(run, Pause(), "starting", "running")

    async def step(self, run: str, updates: int) -> Run:
        """Makes some updates of a paused run, which stays paused."""
        return await self._command(run, MakeUpdates(updates=updates), "paused")

    async def slow_motion(self, run: str) -> bytes:
        """Makes one update of a paused run, and gives its phases."""
        done = await self._obeyed(run, MakeSlowUpdate(), "paused")
        if done.phases is None:
            raise Refused(503, f"the worker of run {run} told no phases; make another update")
        return done.phases

    async def resume(self, run: str) -> Run:
        """Lets a paused run go on, or queues an ended one, to go on from its last checkpoint."""
        entry = self.entry(run)
        if entry.run.state in ("stopped", "failed"):
            if entry.run.repeats and not entry.pending:
                raise Refused(
                    409,
                    f"the run would repeat its failure: {entry.run.reason}; change a live setting "
                    "first, such as a smaller optimization.learning_rate",
                )
            self._refuse_when_full()
            self.ledger.write(entry, tell=True, state="queued", reason=None, ended=None)
            self.start_queued()
            return entry.run
        return await self._command(run, Resume(), "paused")

    async def stop(self, run: str) -> Run:
        """Ends a run with a checkpoint."""
        entry = self.entry(run)
        if entry.run.state == "queued":
            self.dispatch.end(entry, "stopped", None)
            return entry.run
        if entry.run.state == "starting":
            await self.dispatch.kill(entry, "stopped", "it was stopped before its first update")
            return entry.run
        try:
            return await self._command(run, Stop(), "running", "paused")
        except Refused as refusal:
            if refusal.status != 503 or entry.run.state in ENDED:
                raise
            reason = "its worker did not answer and was ended; its last checkpoint is kept"
            await self.dispatch.kill(entry, "stopped", reason)
            return entry.run

    async def change(self, run: str, changes: dict[str, Any]) -> Run:
        """Sets live fields of a run; all of them or, where one is refused, none."""
        entry = self.entry(run)
        if entry.run.state in ("queued", "stopped", "failed"):
            config = await core.change_json(entry.run.config, changes, self.points.folder)
            return self._keep_for_later(entry, changes, config)
        return await self._command(run, SetFields(changes=changes), "starting", "running", "paused")

    def _keep_for_later(self, entry: Entry, changes: dict[str, Any], config: dict[str, Any]) -> Run:
        """Sets live fields of a run that no worker has: they hold from its next update on."""
        pending = [*entry.pending, *({"path": p, "value": v} for p, v in changes.items())]
        self.ledger.write(entry, tell=True, config=config, own={"pending": pending})
        return entry.run

    def limit_speed(self, run: str, speed: float | None) -> Run:
        """Limits the updates a second; None lifts the limit."""
        entry = self.entry(run)
        self.ledger.write(entry, tell=True, speed=speed)
        self.dispatch.tell_speed(entry)
        return entry.run

    async def delete(self, run: str) -> None:
        """Removes an ended run and its files; refused with 409 while it goes on."""
        entry = self.entry(run)
        if entry.run.state not in ENDED:
            raise Refused(409, f"run {run} is {entry.run.state}; stop it first")
        async with self.points.lock:
            await self.ledger.remove(run)
            # were the server killed here, the next one would sweep the points away
            self.points.remove(_points_of(entry) - self._points_in_use())
        await asyncio.to_thread(shutil.rmtree, self.directory(run), ignore_errors=True)

    async def energy(self, run: str, step: int | None) -> bytes:
        """The energy that a run shows now, or showed at an update that it keeps a snapshot of.

        Refused with 404 without such a snapshot, with 409 where it is not known as numbers.
        """
        entry = self.entry(run)
        if step is not None or entry.run.state not in ("running", "paused"):
            return await core.energy_at(self.directory(run), step)
        done = await self._asked(entry, TellEnergy())
        if done.energy is None:
            raise Refused(409, "; ".join(problem.message for problem in done.problems))
        return done.energy

    async def _command(self, run: str, command: AnyCommand, *states: RunState) -> Run:
        """Has the worker obey; refused with 409 in other states, 503 without an answer."""
        await self._obeyed(run, command, *states)
        return self.entry(run).run

    async def _obeyed(self, run: str, command: AnyCommand, *states: RunState) -> Done:
        entry = self.entry(run)
        if entry.run.state not in states:
            raise Refused(
                409,
                f"run {run} is {entry.run.state}; {command.type} is possible while it is "
                f"{' or '.join(states)}",
            )
        done = await self._asked(entry, command)
        if done.problems:
            raise Invalid(done.problems)
        return done

    async def _asked(self, entry: Entry, command: AnyCommand) -> Done:
        try:
            return await self.dispatch.ask(entry, command)
        except Silent as error:
            raise Refused(503, f"{error}; try again, or stop the run") from error


def _points_of(entry: Entry) -> set[str]:
    return references(entry.initial) | references(entry.run.config)


def _age(run: Run) -> tuple[str, str]:
    return run.created, run.id
