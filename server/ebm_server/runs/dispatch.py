"""Runs and their workers: who is given what, what they report, what is left when they end."""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.protocol.runs import ENDED, Event, RunState
from ebm_server.protocol.worker_messages import (
    VERSION,
    Ack,
    Assign,
    Command,
    Dismiss,
    Done,
    Hello,
    Items,
    LimitSpeed,
    Recorded,
    ShowFrames,
    Welcomed,
)
from ebm_server.runs.executors import Executor, Process
from ebm_server.runs.hub import Hub
from ebm_server.runs.ledger import Entry, Ledger, OwnFields, now
from ebm_server.runs.pool import Pool, Worker
from ebm_server.runs.reports import exception_in, outbox, write_new
from ebm_server.runs.store import EVENTS
from ebm_server.runs.worker_connection import ConnectionLost, WorkerConnection

log = logging.getLogger(__name__)
SILENCE_SECONDS = 300.0
"""A worker that is not heard of for this long is given up."""
LEAVE_SECONDS = 8.0
OTHER_VERSION = (
    "its worker speaks another version of EBM Lab than this server and was ended; "
    "resume goes on from its last checkpoint"
)
SHUT_DOWN = "the server was shut down; resume goes on from here"


class Silent(Exception):
    """The worker did not answer in time."""


class Dispatch:
    """Gives runs to workers. Lives on the event loop.

    Args:
        environment: What a worker of this name is started with.
        on_free: Called when a run has stopped using its core.
        wants_spare: Whether there should be a spare worker now.
    """

    def __init__(
        self,
        ledger: Ledger,
        hub: Hub,
        executor: Executor,
        runs_dir: Path,
        logs: Path,
        environment: Callable[[str], dict[str, str]],
        answer_seconds: float,
        on_free: Callable[[], None],
        wants_spare: Callable[[], bool],
    ) -> None:
        self.ledger = ledger
        self.hub = hub
        self.runs_dir = runs_dir
        self.answer_seconds = answer_seconds
        self.on_free = on_free
        self.pool = Pool(executor, logs, environment, self._worker_ended, wants_spare)
        self.closing = False
        self._ending: dict[str, tuple[RunState, str]] = {}
        """Runs whose worker is ended from here: what they become, and why."""
        self._tasks: set[asyncio.Task[None]] = set()

    def adopt(self, entry: Entry) -> None:
        """Waits for the worker that an earlier server gave the run to."""
        process = Process(entry.pid or 0, entry.born or "")
        self._expect(self.pool.adopt(entry.worker or "", process, entry.run.id))

    async def close(self) -> None:
        """Workers save and leave; their runs are "stopped"."""
        self.closing = True
        await self.pool.close(LEAVE_SECONDS)

    def launch(self, entry: Entry) -> None:
        """Gives a queued run to a worker."""
        try:
            worker = self.pool.take(entry.run.id)
        except OSError as error:
            self.end(entry, "failed", f"no worker process can be started: {error}")
            return
        entry.arrived = 0
        self.ledger.write(
            entry,
            tell=True,
            received=0,
            state="starting",
            own={
                "attempt": entry.attempt + 1,
                "worker": worker.name,
                "pid": worker.process.pid,
                "born": worker.process.born,
            },
        )
        if worker.connection:
            self._spawn(self._assign(worker, entry))
        self._expect(worker)

    async def _assign(self, worker: Worker, entry: Entry) -> None:
        run = entry.run
        recorded: list[Recorded] = []
        if entry.attempt > 1:
            events = await asyncio.to_thread(self.ledger.store.after, EVENTS, run.id, 0)
            recorded = [
                Recorded(step=event["step"], path=event["path"], value=event["value"])
                for event in events
                if event["kind"] == "change"
            ]
        if worker.connection is None:
            return
        worker.connection.tell(
            Assign(
                run=run.id,
                attempt=entry.attempt,
                directory=str(self.runs_dir / run.id),
                config=entry.initial,
                resume=entry.attempt > 1,
                recorded=recorded,
                pending=[Recorded(step=run.step, **change) for change in entry.pending],
                speed=run.speed,
            )
        )
        self.show(run.id, self.hub.wanted(run.id))

    async def serve(self, connection: WorkerConnection) -> None:
        """A worker has connected; lasts as long as the connection."""
        hello = connection.hello
        worker = self.pool.workers.get(hello.worker)
        entry = self.ledger.entries.get(worker.run or "") if worker else None
        current = entry is not None and entry.run.state not in ENDED
        if worker is None or (hello.run and not (entry and current and _same(entry, hello))):
            log.warning("worker %s (run %s) is not needed", hello.worker, hello.run)
            connection.tell(Dismiss())
            await connection.serve(lambda _: None, lambda _: None)
            return
        if entry and hello.version != VERSION:
            await self.kill(entry, "failed", OTHER_VERSION)
            return
        worker.connect(connection)
        if entry and hello.run:
            connection.tell(Welcomed(received=entry.received))
            connection.tell(LimitSpeed(speed=entry.run.speed))
            self.show(entry.run.id, self.hub.wanted(entry.run.id))
        elif entry:
            self._spawn(self._assign(worker, entry))
        try:
            await connection.serve(
                lambda items: self._items(worker, connection, items),
                lambda frame: self._frame(worker, frame),
            )
        finally:
            worker.disconnect(connection)
            self._expect(worker)

    def _items(self, worker: Worker, connection: WorkerConnection, items: Items) -> None:
        entry = self._entry_of(worker)
        if entry is None:
            connection.tell(Ack(n=items.items[-1].n))
            return
        write_new(self.ledger, entry, items.items, lambda n: connection.tell(Ack(n=n)))
        if entry.run.state not in ("starting", "running"):
            self.on_free()

    def _entry_of(self, worker: Worker) -> Entry | None:
        """The run that this worker still has."""
        entry = self.ledger.entries.get(worker.run or "")
        if entry and entry.worker == worker.name and entry.run.state not in ENDED:
            return entry
        return None

    def _frame(self, worker: Worker, frame: PackedFrame) -> None:
        if worker.run:
            self.hub.frame(worker.run, frame)

    def show(self, run: str, wanted: ShowFrames) -> None:
        """Passes on what the pages want of a run."""
        entry = self.ledger.entries.get(run)
        worker = self.pool.workers.get(entry.worker or "") if entry else None
        if worker and worker.connection and worker.run == run:
            worker.connection.tell(wanted)

    def tell_speed(self, entry: Entry) -> None:
        """Passes on the run's speed limit; a worker that connects later is told then."""
        worker = self.pool.workers.get(entry.worker or "")
        if worker and worker.connection and worker.run == entry.run.id:
            worker.connection.tell(LimitSpeed(speed=entry.run.speed))

    async def ask(self, entry: Entry, command: Command) -> Done:
        """Has the run's worker obey, or refuse.

        Raises:
            Silent: It did not answer in time; `kill` ends it.
        """
        worker = self.pool.workers.get(entry.worker or "")
        try:
            async with asyncio.timeout(self.answer_seconds):
                while worker:
                    await worker.connected.wait()
                    if worker.connection:
                        return await worker.connection.ask(command)
        except (TimeoutError, ConnectionLost) as error:
            raise Silent(f"the worker of run {entry.run.id} does not answer") from error
        raise Silent(f"run {entry.run.id} has no worker")

    async def kill(self, entry: Entry, state: RunState, reason: str) -> None:
        """Ends the run's worker at once; returns when it is gone and the run has this state."""
        if worker := self.pool.workers.get(entry.worker or ""):
            self._ending[entry.run.id] = state, reason
            self.pool.executor.kill(worker.process)
            await worker.gone.wait()

    def _expect(self, worker: Worker) -> None:
        """Gives a worker with a run some minutes to connect."""
        if worker.run and not self.closing and worker.name in self.pool.workers:
            asyncio.get_running_loop().call_later(SILENCE_SECONDS, self._give_up, worker)

    def _give_up(self, worker: Worker) -> None:
        entry = self._entry_of(worker)
        if entry and worker.connection is None and worker.name in self.pool.workers:
            reason = f"its worker was not heard of for {SILENCE_SECONDS:g} s and was ended"
            self._spawn(self.kill(entry, "failed", reason))

    def _worker_ended(self, worker: Worker, code: int | None) -> None:
        """A worker's process is no more: what it left is recorded, and its run gets an end."""
        if entry := self._entry_of(worker):
            directory = self.runs_dir / entry.run.id
            unread = ""
            try:
                left = outbox(directory, entry.attempt)
                write_new(self.ledger, entry, left, lambda _: None)
            except ValueError as error:
                unread = f"; {error}"
            state: RunState = entry.run.state
            if self.closing and state == "stopped":
                self.ledger.write(entry, tell=True, reason=SHUT_DOWN)
            elif state == "starting" and (worker.adopted or self.closing):
                again: OwnFields = {"attempt": entry.attempt - 1}
                self.ledger.write(entry, tell=True, state="queued", own=again)
            elif state not in ENDED:
                said = exception_in(directory / "worker.log", self.pool.log(worker))
                reason = f"{ending(code)}{said}{unread}; {kept(entry)}"
                self.end(entry, *self._ending.get(entry.run.id, ("failed", reason)))
        self._ending.pop(worker.run or "", None)
        if not self.closing:
            self.on_free()
            self.pool.spare_after(1)

    def end(self, entry: Entry, state: RunState, reason: str | None) -> None:
        """Records an end that no worker reported."""
        event = Event(step=entry.run.step, kind="state", value=state, text=reason)
        self.ledger.write(entry, events=[event], tell=True, state=state, reason=reason, ended=now())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _same(entry: Entry, hello: Hello) -> bool:
    return entry.run.id == hello.run and entry.attempt == hello.attempt


def ending(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None:
        return "the worker process ended while no server watched it"
    if code < 0:
        names = {number.value: number.name for number in signal.Signals}
        cause = ", perhaps because memory ran out" if -code == signal.SIGKILL else ""
        name = names.get(-code, "unknown")
        return f"the worker process was ended by signal {-code} ({name}{cause})"
    return f"the worker process ended with exit code {code}"


def kept(entry: Entry) -> str:
    """What can still be done with a run whose worker is gone."""
    until = f"everything until update {entry.run.step} is kept"
    return f"{until}, and resume goes on from its last checkpoint"
