"""All runs: created, repeated, described, deleted, and found again by the next server."""

import asyncio
import shutil
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ebm_server import core
from ebm_server.protocol.listing import Deleted
from ebm_server.protocol.messages import Problem
from ebm_server.protocol.runs import ENDED, Run
from ebm_server.protocol.worker_messages import REPEATED
from ebm_server.refusals import Invalid, Refused
from ebm_server.runs.dispatch import Dispatch
from ebm_server.runs.ledger import Entry, Ledger, RunFields, now
from ebm_server.runs.points import PointFiles, references
from ebm_server.runs.pool import SPARE_AFTER
from ebm_server.runs.queue import Queue
from ebm_server.runs.reports import write_json
from ebm_server.runs.store import EVENTS
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


def _remove_folders(folders: Sequence[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _points_of(entry: Entry) -> set[str]:
    return references(entry.initial) | references(entry.run.config)
