"""The life of runs: created, queued, steered, ended, and found again by the next server."""

import asyncio
import shutil
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from ebm_server import core
from ebm_server.protocol.listing import Deleted
from ebm_server.protocol.messages import Problem
from ebm_server.protocol.points import OwnPoints
from ebm_server.protocol.runs import ENDED, Run, RunState
from ebm_server.protocol.worker_messages import (
    REPEATED,
    AnyCommand,
    Done,
    KeepSnapshot,
    MakeSlowUpdate,
    MakeUpdates,
    Pause,
    SetFields,
    Stop,
    TellEnergy,
)
from ebm_server.refusals import Invalid, Refused
from ebm_server.runs.dispatch import NO_WORKER, Dispatch, Silent
from ebm_server.runs.ledger import Entry, Ledger, OwnFields, RunFields, now
from ebm_server.runs.points import TOLD, PointFiles, references
from ebm_server.runs.pool import SPARE_AFTER
from ebm_server.runs.queue import Queue
from ebm_server.runs.reports import write_json
from ebm_server.runs.store import EVENTS
from ebm_server.runs.troubles import of_files
from ebm_server.settings import Settings

LONGEST_NAME = 200
LOG_BYTES = 200_000


class Jobs:
    """All runs of this server. Lives on the event loop."""

    def __init__(self, settings: Settings, ledger: Ledger, dispatch: Dispatch) -> None:
        self.settings = settings
        self.ledger = ledger
        self.dispatch = dispatch
        self.points = PointFiles(settings.points_dir)
        self.queue = Queue(settings, ledger, dispatch)
        self.points_to_come: Callable[[], set[str]] = set
        """Digests that runs will refer to which are not here yet."""

    def entry(self, run: str) -> Entry:
        """A run by its id; refused with 404 where there is none."""
        if run not in self.ledger.entries:
            raise Refused(404, f"there is no run {run!r}; GET /api/v1/runs lists them")
        return self.ledger.entries[run]

    def all(self) -> dict[str, Run]:
        """Every run by its id."""
        return {run: entry.run for run, entry in self.ledger.entries.items()}

    def directory(self, run: str) -> Path:
        """Where a run's files are, as far as they were fetched."""
        return self.settings.runs_dir / run

    def fetched(self, run: str) -> Path:
        """The same, as the run's worker has them by now; it may block."""
        folder, storage = self.directory(run), self.dispatch.storage
        if storage:
            try:
                storage.fetch(run, folder)
            except OSError as error:
                why = f"the files of run {run} cannot be fetched from {storage.url}: {error}"
                raise Refused(503, f"{why}; try again") from error
        return folder

    async def open(self) -> None:
        """Finds the runs that the last server left, and their workers."""
        await self.ledger.open()
        await asyncio.to_thread(self.points.sweep, self._points_in_use())
        for entry in self.queue.in_states("starting", "running", "paused", "queued"):
            if entry.worker and (entry.run.state != "queued" or self.dispatch.lives(entry)):
                self.dispatch.adopt(entry)
        self.queue.start()
        self.dispatch.pool.spare_after(SPARE_AFTER if self.dispatch.pool.workers else 0)

    async def close(self) -> None:
        """Saves every run: those that ran are "stopped", queued ones wait for next time."""
        await self.dispatch.close()

    async def troubles(self) -> list[str]:
        """What keeps the server from writing or starting runs, in sentences; none where all is
        well."""
        found = [trouble.text for trouble in self.ledger.store.troubles]
        if away := self.dispatch.pool.executor.away:
            found.append(away)
        try:
            await asyncio.to_thread(try_to_write, self.settings.data_dir)
        except OSError as error:
            trouble = of_files(error)
            found.append(trouble.text if trouble else f"the data folder: {error.strerror}")
        return found

    async def create(self, given: dict[str, Any], name: str | None) -> Run:
        """A new run, started where a core is free; refused with 429 when the queue is full."""
        await self.ledger.ready()
        async with self.points.lock:
            elsewhere = self.settings.executor != "local"
            limits = self.settings.limits
            config = await core.complete(given, self.points.folder, limits, elsewhere)
            name = name or f"{config['method']['kind']} on {self.points.called(config['dataset'])}"
            return await self._add(config, name, [])

    async def add_to_sweep(self, config: dict[str, Any], name: str, sweep: str) -> Run:
        """A new run of a sweep, of a config that is whole."""
        await self.ledger.ready()
        return await self._add(config, name, [], sweep=sweep)

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
        await self.ledger.ready()
        async with self.points.lock:
            events = await asyncio.to_thread(self.ledger.store.after, EVENTS, entry.run.id, 0)
            fields = ("step", "path", "value", "previous")
            recorded = [{name: e[name] for name in fields} for e in events if e["kind"] == "change"]
            folder, most = self.points.folder, self.settings.limits
            made = await core.branch(entry.initial, recorded, step, changes, folder, most)
            parent = {} if step is None else {"parent": entry.run.id, "parent_step": step}
            return await self._add(entry.initial, name, made, **parent)

    async def _add(
        self, config: dict[str, Any], name: str, changes: list[dict[str, Any]], **parent: Any
    ) -> Run:
        """A new run, which is to make changes that are known; refused where it cannot be kept."""
        processes = config.get("processes", 1)
        self.queue.refuse_too_many_processes(processes)
        self.queue.refuse_when_full(processes)
        run = Run(
            id=uuid.uuid4().hex[:10],
            name=name[:LONGEST_NAME],
            state="queued",
            config=config,
            first_plugins=config["plugins"],
            created=now(),
            **parent,
        )
        directory = self.directory(run.id)
        try:
            write_json(directory / "config.json", config)
            if changes:
                write_json(directory / REPEATED, changes)
            self.points.link_into(directory, references(config))
            await self.ledger.add(Entry(run, initial=config))
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        self.queue.start()
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
        async with self.points.reading("points") as apart:
            read = await core.keep_points(data, name, apart, columns, labels, classes)
            words = apart / self.points.words(read.digest).name
            write_json(words, read.model_dump(include=set(TOLD)))
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
        """Holds a run before its next update, or where it waits to go on."""
        entry = self.entry(run)
        if entry.run.state == "queued" and entry.attempt:
            own: OwnFields = {} if self.dispatch.holds(entry) else NO_WORKER
            self.ledger.write(entry, tell=True, state="paused", own=own)
            return entry.run
        return await self._command(run, Pause(), "starting", "running")

    async def step(self, run: str, updates: int) -> Run:
        """Makes some updates of a paused run, which stays paused.

        Refused with 429 where they are many, and as many runs go as may.
        """
        entry = await self._awake(run)
        if entry.run.state == "paused":
            self.queue.refuse_steps(updates)
            entry.target = entry.run.step + updates
        return await self._command(run, MakeUpdates(updates=updates), "paused")

    async def slow_motion(self, run: str) -> bytes:
        """Makes one update of a paused run, and gives its phases."""
        await self._awake(run)
        done = await self._obeyed(run, MakeSlowUpdate(), "paused")
        if done.phases is None:
            raise Refused(503, f"the worker of run {run} told no phases; make another update")
        return done.phases

    async def resume(self, run: str) -> Run:
        """Lets a paused run go on, or queues an ended one, to go on from its last checkpoint."""
        entry = self.entry(run)
        await self.dispatch.settled(run)
        ended = entry.run.state in ("stopped", "failed")
        if ended:
            await self.dispatch.left(entry)
        if ended or not self._can_wake(entry):
            await self.ledger.ready()  # somebody else may have resumed it meanwhile
        if entry.run.state in ("stopped", "failed"):
            if entry.run.repeats and not entry.pending:
                raise Refused(
                    409,
                    f"the run would repeat its failure: {entry.run.reason}; change a live setting "
                    "first, such as a smaller optimization.learning_rate",
                )
            self.dispatch.may_be_lost_again(entry)
            return await self._in_the_queue(entry)
        if entry.run.state != "paused":
            raise _refused(entry, "resume", "paused", "stopped", "failed")
        if not self._can_wake(entry):
            return await self._in_the_queue(entry)
        try:
            await self.dispatch.wake(entry)
        except Silent as error:
            raise Refused(503, f"{error}; try again, or stop the run") from error
        return entry.run

    def _can_wake(self, entry: Entry) -> bool:
        """Whether a paused run goes on at once: its worker is here, and has room."""
        return self.queue.has_room(entry.processes) and self.dispatch.holds(entry)

    async def _in_the_queue(self, entry: Entry) -> Run:
        """A run that is to go on as soon as a core is free."""
        self.queue.refuse_too_many_processes(entry.processes)
        self.queue.refuse_when_full(entry.processes)
        entry.target = 0
        self.ledger.write(entry, tell=True, state="queued", reason=None, ended=None)
        self.queue.start()
        await self.ledger.kept()
        return entry.run

    async def _awake(self, run: str) -> Entry:
        """A run; one that is asleep gets a worker, with which it stays paused."""
        entry = self.entry(run)
        await self.dispatch.settled(run)
        if entry.run.state == "paused" and not self.dispatch.holds(entry):
            self.dispatch.launch(entry, paused=True)
            try:
                await self.dispatch.started(entry)
            except Silent as error:
                raise Refused(503, f"{error}; try again, or stop the run") from error
        return entry

    async def stop(self, run: str) -> Run:
        """Ends a run with a checkpoint."""
        entry = self.entry(run)
        await self.dispatch.settled(run)
        if entry.run.state == "queued" or entry.run.asleep:
            await self.ledger.ready()  # it may have got a worker meanwhile
        if entry.run.state == "queued" and self.dispatch.holds(entry):
            self.ledger.write(entry, state="paused")  # as it is, with its worker
        if entry.run.state == "queued" or entry.run.asleep:
            self.dispatch.end(entry, "stopped", None)
            await self.ledger.kept()
            return entry.run
        if entry.run.state == "starting":
            await self.dispatch.kill(entry, "stopped", "it was stopped before its first update")
            await self.ledger.kept()
            return entry.run
        try:
            return await self._command(run, Stop(), "running", "paused")
        except Refused as refusal:
            if refusal.status != 503 or entry.run.state in ENDED:
                raise
            reason = "its worker did not answer and was ended; its last checkpoint is kept"
            await self.dispatch.kill(entry, "stopped", reason)
            await self.ledger.kept()
            return entry.run

    async def change(self, run: str, changes: dict[str, Any]) -> Run:
        """Sets live fields of a run; all of them or, where one is refused, none."""
        entry = self.entry(run)
        await self.dispatch.settled(run)
        before, most = entry.run.config, self.settings.limits
        config = await core.change_json(before, changes, self.points.folder, most)
        if self._has_no_worker(entry):
            await self.ledger.ready()
            if self._has_no_worker(entry) and entry.run.config is before:
                self._keep_for_later(entry, changes, config)
                await self.ledger.kept()
                return entry.run
            if self._has_no_worker(entry):  # somebody else has changed it meanwhile
                return await self.change(run, changes)
        return await self._command(
            run, SetFields(changes=changes), "starting", "running", "paused", "queued"
        )

    def _has_no_worker(self, entry: Entry) -> bool:
        """Whether a run could go on, and nobody holds it."""
        waits = entry.run.state in ("queued", "paused", "stopped", "failed")
        held = entry.run.state in ("queued", "paused") and self.dispatch.holds(entry)
        return waits and not held

    def _keep_for_later(
        self, entry: Entry, changes: dict[str, Any], config: dict[str, Any]
    ) -> None:
        """Sets live fields of a run that no worker has: they hold from its next update on."""
        pending = [*entry.pending, *({"path": p, "value": v} for p, v in changes.items())]
        self.ledger.write(entry, tell=True, config=config, own={"pending": pending})

    async def describe(
        self, run: str, name: str | None, pinned: bool | None, tags: list[str] | None
    ) -> None:
        """Sets what people say of a run, as far as it is given."""
        entry, fields = self.entry(run), RunFields()
        if name is not None:
            fields["name"] = name
        if pinned is not None:
            fields["pinned"] = pinned
        if tags is not None:
            fields["tags"] = list(dict.fromkeys(tags))
        if not fields:
            return
        await self.ledger.ready()
        self.ledger.write(entry, tell=True, then=self.ledger.hub.runs_changed, **fields)
        await self.ledger.kept()

    async def limit_speed(self, run: str, speed: float | None) -> Run:
        """Limits the updates a second; None lifts the limit."""
        await self.ledger.ready()
        entry = self.entry(run)
        self.ledger.write(entry, tell=True, speed=speed)
        self.dispatch.tell_speed(entry)
        await self.ledger.kept()
        return entry.run

    async def delete(self, run: str) -> None:
        """Removes an ended run and its files; refused with 409 while it goes on."""
        entry = self.entry(run)
        if entry.run.state not in ENDED:
            raise Refused(409, f"run {run} is {entry.run.state}; stop it first")
        await self._remove([entry])

    async def delete_many(self, runs: Sequence[str]) -> Deleted:
        """Removes the ended ones among runs, and says why others stay."""
        gone, kept = [], {}
        for run in dict.fromkeys(runs):
            entry = self.ledger.entries.get(run)
            if entry is None:
                kept[run] = "there is no such run"
            elif entry.run.state not in ENDED:
                kept[run] = f"it is {entry.run.state}; stop it first"
            else:
                gone.append(entry)
        await self._remove(gone)
        return Deleted(deleted=len(gone), kept=kept)

    async def _remove(self, entries: Sequence[Entry]) -> None:
        async with self.points.lock:
            await asyncio.gather(*(self.ledger.remove(entry.run.id) for entry in entries))
            # were the server killed here, the next one would sweep the points away
            points = set().union(*(_points_of(entry) for entry in entries))
            if points:
                self.points.remove(points - self._points_in_use())
        folders = [self.directory(entry.run.id) for entry in entries]
        await asyncio.to_thread(_remove_folders, folders)
        if storage := self.dispatch.storage:
            for entry in entries:
                await asyncio.to_thread(storage.remove, entry.run.id)

    def log(self, run: str) -> bytes:
        """The end of what its workers wrote; nothing before the first of them began."""
        file = self.fetched(self.entry(run).run.id) / "worker.log"
        if not file.is_file():
            return b""
        with file.open("rb") as log:
            log.seek(max(0, file.stat().st_size - LOG_BYTES))
            return log.read()

    async def keep_moment(self, run: str) -> int | None:
        """Has the weights that a run shows now kept as a snapshot; its update. None where the run
        rests, so that its checkpoint has them."""
        entry = self.entry(run)
        if not self._goes(entry):
            return None
        return (await self._asked(entry, KeepSnapshot())).step

    def _goes(self, entry: Entry) -> bool:
        """Whether a worker has moments that no file has."""
        return entry.run.state in ("running", "paused") and not entry.run.asleep

    async def energy(self, run: str, step: int | None) -> bytes:
        """The energy that a run shows now, or showed at an update that it keeps a snapshot of.

        Refused with 404 without such a snapshot, with 409 where it is not known as numbers.
        """
        entry = self.entry(run)
        if step is not None or not self._goes(entry):
            return await core.energy_at(await asyncio.to_thread(self.fetched, run), step)
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
            raise _refused(entry, command.type, *states)
        try:
            done = await self._asked(entry, command)
        except Refused:
            if entry.run.state in ENDED:  # it ended by itself just then
                raise _refused(entry, command.type, *states) from None
            raise
        if done.problems:
            raise Invalid(done.problems)
        await self.ledger.kept()
        return done

    async def _asked(self, entry: Entry, command: AnyCommand) -> Done:
        try:
            return await self.dispatch.ask(entry, command)
        except Silent as error:
            raise Refused(503, f"{error}; try again, or stop the run") from error


def _remove_folders(folders: Sequence[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _points_of(entry: Entry) -> set[str]:
    return references(entry.initial) | references(entry.run.config)


def _refused(entry: Entry, what: str, *states: RunState) -> Refused:
    run = entry.run
    possible = f"{what} is possible while it is {' or '.join(states)}"
    return Refused(409, f"run {run.id} is {run.state}; {possible}")


def try_to_write(folder: Path) -> None:
    """Writes a file that is gone at once.

    Raises:
        OSError: The system does not let us.
    """
    with TemporaryFile(dir=folder) as file:
        file.write(bytes(64 * 1024))
