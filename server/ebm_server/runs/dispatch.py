"""Runs and their workers: who is given what, what they report, what is left when they end."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.protocol.runs import ENDED, LongUpdate, RunState
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
    Resume,
    ShowFrames,
    Sleep,
    Spoken,
    Welcomed,
    WorkerFrame,
)
from ebm_server.runs.endings import NO_WORKER, Endings, kept
from ebm_server.runs.executors import Demand, Ended, Executor, Process
from ebm_server.runs.executors.gpus import least_used
from ebm_server.runs.hub import Hub
from ebm_server.runs.ledger import Entry, Ledger
from ebm_server.runs.pool import Pool, Worker
from ebm_server.runs.reports import forget_outbox, outbox, write_new
from ebm_server.runs.store import EVENTS
from ebm_server.runs.worker_connection import ConnectionLost, WorkerConnection
from ebm_server.storage import Storage

log = logging.getLogger(__name__)
SILENCE_SECONDS = 300.0
"""A worker that is not heard of for this long is given up."""
LEAVE_SECONDS = 8.0
START_LOOK_SECONDS = 0.02
OTHER_VERSION = (
    "its worker speaks another version of EBM Lab than this server and was ended; "
    "resume goes on from its last checkpoint"
)


class Silent(Exception):
    """The worker did not answer in time."""


class Dispatch:
    """Gives runs to workers. Lives on the event loop.

    Args:
        environment: What a worker of this name is started with.
        on_free: Called when a run has stopped using its core.
        wanted_spares: How many spare workers there should be now.
        storage: Where workers keep the runs' files, if not in `runs_dir` itself.
        lost_nodes: With how many machines a run may be lost, and still goes on elsewhere.
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
        update_seconds: float,
        on_free: Callable[[], None],
        wanted_spares: Callable[[], int],
        gpus: Sequence[str] = (),
        storage: Storage | None = None,
        lost_nodes: int = 0,
    ) -> None:
        self.ledger = ledger
        self.hub = hub
        self.runs_dir = runs_dir
        self.answer_seconds = answer_seconds
        self.update_seconds = update_seconds
        self.on_free = on_free
        self.pool = Pool(executor, logs, environment, self._worker_gone, wanted_spares)
        self.gpus = gpus
        self.storage = storage
        self.endings = Endings(ledger, lost_nodes)
        self.closing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._falling_asleep: dict[str, asyncio.Task[None]] = {}
        """Runs whose workers are asked to leave."""

    def adopt(self, entry: Entry) -> None:
        """Waits for the worker that an earlier server gave the run to."""
        process = Process(entry.pid or 0, entry.born or "")
        self._expect(self.pool.adopt(entry.worker or "", process, entry.run.id))

    async def close(self) -> None:
        """Workers save and leave; their runs are "stopped"."""
        self.closing = True
        self.endings.shut_down()
        await self.pool.close(LEAVE_SECONDS)

    def demand(self, entry: Entry) -> Demand:
        """What a worker for this run asks for."""
        return self.pool.executor.demand(entry.run.config)

    def launch(self, entry: Entry, paused: bool = False) -> None:
        """Gives a queued run to a worker, or one that is asleep, to go on or to wait there."""
        try:
            worker = self.pool.take(entry.run.id, self.demand(entry))
        except OSError as error:
            self.endings.end(entry, "failed", f"no worker process can be started: {error}")
            return
        worker.pauses = paused
        if entry.run.config.get("device") == "cuda":
            taken = [one.gpu for one in self.pool.workers.values() if one.run]
            worker.gpu = least_used(self.gpus, taken, entry.processes)
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
        await self.ledger.store.writer.settled()  # the next server must know whose run it is
        run = entry.run
        recorded: list[Recorded] = []
        if entry.attempt > 1:
            events = await asyncio.to_thread(self.ledger.store.after, EVENTS, run.id, 0)
            recorded = [
                Recorded(step=event["step"], path=event["path"], value=event["value"])
                for event in events
                if event["kind"] == "change"
            ]
        if self.storage:
            try:
                await asyncio.to_thread(self.storage.bring, run.id, self.runs_dir / run.id)
            except OSError as error:
                reason = f"its files cannot be kept at {self.storage.url}: {error}; then resume it"
                await self.kill(entry, "failed", reason)
                return
        if worker.connection is None:
            return
        worker.connection.tell(
            Assign(
                run=run.id,
                attempt=entry.attempt,
                directory=str(self.runs_dir / run.id),
                storage=self.storage.url if self.storage else None,
                config=entry.initial,
                resume=entry.attempt > 1,
                recorded=recorded,
                pending=[Recorded(step=run.step, **change) for change in entry.pending],
                speed=run.speed,
                update_seconds=self.update_seconds,
                paused=worker.pauses,
                gpu=worker.gpu,
            )
        )
        worker.ready.set()
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
            await connection.serve(lambda _: None)
            return
        if entry and hello.version != VERSION:
            await self.kill(entry, "failed", OTHER_VERSION)
            return
        await self.ledger.room()
        worker.connect(connection)
        if entry and hello.run:
            connection.tell(Welcomed(received=entry.received))
            connection.tell(LimitSpeed(speed=entry.run.speed))
            worker.gpu = hello.gpu
            worker.ready.set()
            self.show(entry.run.id, self.hub.wanted(entry.run.id))
        elif entry:
            self._spawn(self._assign(worker, entry))
        else:
            self.on_free()  # a run may wait for just this worker
        try:
            await connection.serve(lambda message: self._hear(worker, connection, message))
        finally:
            worker.disconnect(connection)
            self._expect(worker)

    def _hear(self, worker: Worker, connection: WorkerConnection, message: Spoken) -> None:
        if isinstance(message, Items):
            self._items(worker, connection, message)
        elif isinstance(message, WorkerFrame):
            self._frame(worker, message.frame)
        else:
            self._long(worker, message.long)

    def _items(self, worker: Worker, connection: WorkerConnection, items: Items) -> None:
        entry = self.entry_of(worker)
        if entry is None:
            connection.tell(Ack(n=items.items[-1].n))
            return
        if self.ledger.full:
            raise ConnectionLost  # it keeps them, and is not let in again before there is room
        entry.run.long_update = None
        write_new(self.ledger, entry, items.items, lambda n: connection.tell(Ack(n=n)))
        if entry.run.state not in ("starting", "running"):
            self.on_free()

    def entry_of(self, worker: Worker) -> Entry | None:
        """The run that this worker still has."""
        entry = self.ledger.entries.get(worker.run or "")
        if entry and entry.worker == worker.name and entry.run.state not in ENDED:
            return entry
        return None

    def _frame(self, worker: Worker, frame: PackedFrame) -> None:
        if worker.run:
            self.hub.frame(worker.run, frame)

    def _long(self, worker: Worker, long: LongUpdate) -> None:
        if entry := self.entry_of(worker):
            entry.run.long_update = long
            self.hub.info(entry.run)

    def show(self, run: str, wanted: ShowFrames) -> None:
        """Passes on what the pages want of a run; a worker that is given it later is told then."""
        if (entry := self.ledger.entries.get(run)) and (worker := self._ready(entry)):
            worker.tell(wanted)

    def tell_speed(self, entry: Entry) -> None:
        """Passes on the run's speed limit; a worker that connects later is told then."""
        if worker := self._ready(entry):
            worker.tell(LimitSpeed(speed=entry.run.speed))

    def _ready(self, entry: Entry) -> WorkerConnection | None:
        """To the worker that has been given the run; what comes before that would be lost on it."""
        worker = self.pool.workers.get(entry.worker or "")
        given = worker and worker.run == entry.run.id and worker.ready.is_set()
        return worker.connection if worker and given else None

    async def ask(self, entry: Entry, command: Command) -> Done:
        """Has the run's worker obey, or refuse.

        Raises:
            Silent: It did not answer in time; `kill` ends it.
        """
        worker = self.pool.workers.get(entry.worker or "")
        try:
            async with asyncio.timeout(self.answer_seconds):
                while worker:
                    await worker.ready.wait()
                    if worker.connection:
                        return await worker.connection.ask(command)
        except (TimeoutError, ConnectionLost) as error:
            raise Silent(f"the worker of run {entry.run.id} does not answer") from error
        raise Silent(f"run {entry.run.id} has no worker")

    def holds(self, entry: Entry) -> bool:
        """Whether a worker has the run."""
        worker = self.pool.workers.get(entry.worker or "")
        return worker is not None and worker.run == entry.run.id

    def lives(self, entry: Entry) -> bool:
        """Whether the worker that an earlier server gave the run to still runs."""
        return self.pool.executor.alive(Process(entry.pid or 0, entry.born or ""))

    async def started(self, entry: Entry) -> None:
        """Waits until a run is no longer starting.

        Raises:
            Silent: It was not in time.
        """
        try:
            async with asyncio.timeout(self.answer_seconds):
                while entry.run.state == "starting":
                    await asyncio.sleep(START_LOOK_SECONDS)
        except TimeoutError as error:
            raise Silent(f"the worker of run {entry.run.id} does not start") from error

    async def wake(self, entry: Entry) -> None:
        """Lets a paused run go on that a worker has; it uses a core from now on.

        Raises:
            Silent: Its worker did not answer; the run is paused as before.
        """
        self.ledger.write(entry, state="starting")
        try:
            await self.ask(entry, Resume())
        except Silent:
            if entry.run.state == "starting":
                self.ledger.write(entry, tell=True, state="paused")
            raise

    def wake_soon(self, entry: Entry) -> None:
        """The same, for a run that waited; it fails where its worker does not answer."""
        self.ledger.write(entry, tell=True, state="starting")

        async def wake() -> None:
            try:
                await self.ask(entry, Resume())
            except Silent as error:
                await self.kill(entry, "failed", f"{error} and was ended; {kept(entry)}")

        self._spawn(wake())

    def sleep_soon(self, entry: Entry) -> None:
        """Has the worker of a paused run save it and leave."""

        async def sleep() -> None:
            try:
                done = await self.ask(entry, Sleep())
            except Silent as error:
                log.warning("%s and cannot be put to sleep", error)
            else:
                if not done.problems:
                    self.ledger.write(entry, tell=True, own=NO_WORKER)

        if entry.run.id not in self._falling_asleep:
            task = self._falling_asleep[entry.run.id] = self._spawn(sleep())
            task.add_done_callback(lambda _: self._falling_asleep.pop(entry.run.id))

    async def settled(self, run: str) -> None:
        """Waits where the run's worker is just being asked to leave."""
        if task := self._falling_asleep.get(run):
            await asyncio.wait([task])

    async def left(self, entry: Entry) -> None:
        """Waits until the worker of an ended run has left; one that stays too long is ended."""
        worker = self.pool.workers.get(entry.worker or "")
        if worker is None or worker.run != entry.run.id:
            return
        try:
            async with asyncio.timeout(self.answer_seconds):
                await worker.gone.wait()
        except TimeoutError:
            self.pool.executor.kill(worker.process)
            await worker.gone.wait()

    async def kill(self, entry: Entry, state: RunState, reason: str) -> None:
        """Ends the run's worker at once; returns when it is gone and the run has this state."""
        if worker := self.pool.workers.get(entry.worker or ""):
            self.endings.wanted[entry.run.id] = state, reason
            self.pool.executor.kill(worker.process)
            await worker.gone.wait()

    def _expect(self, worker: Worker) -> None:
        """Gives a worker with a run some minutes to connect."""
        if worker.run and not self.closing and worker.name in self.pool.workers:
            asyncio.get_running_loop().call_later(SILENCE_SECONDS, self._give_up, worker)

    def _give_up(self, worker: Worker) -> None:
        entry = self.entry_of(worker)
        if self.pool.executor.away:
            self._expect(worker)  # it is known again when they can be reached
        elif entry and worker.connection is None and worker.name in self.pool.workers:
            reason = f"its worker was not heard of for {SILENCE_SECONDS:g} s and was ended"
            self._spawn(self.kill(entry, "failed", reason))

    async def _worker_gone(self, worker: Worker, ended: Ended) -> None:
        """A worker's process is no more: what it left is fetched, and recorded."""
        if self.storage and (entry := self.entry_of(worker)):
            try:
                await asyncio.to_thread(
                    self.storage.fetch, entry.run.id, self.runs_dir / entry.run.id
                )
            except OSError as error:
                log.error("what worker %s left cannot be fetched: %s", worker.name, error)
        self._worker_ended(worker, ended)

    def _worker_ended(self, worker: Worker, ended: Ended) -> None:
        """What a worker left is recorded, and its run gets an end, or goes on elsewhere."""
        if entry := self.entry_of(worker):
            directory = self.runs_dir / entry.run.id
            unread = ""
            try:
                left = outbox(directory, entry.attempt)
                write_new(self.ledger, entry, left, lambda _: None)
                self._spawn(self._forget_outbox(directory))
            except ValueError as error:
                unread = f"; {error}"
            logs = [directory / "worker.log", self.pool.log(worker)]
            to_sleep = entry.run.id in self._falling_asleep
            self.endings.settle(entry, worker, ended, to_sleep, logs, unread)
        self.endings.wanted.pop(worker.run or "", None)
        if not self.closing:
            self.on_free()
            self.pool.spare_after(1)

    async def _forget_outbox(self, directory: Path) -> None:
        await self.ledger.store.writer.settled()
        forget_outbox(directory)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _same(entry: Entry, hello: Hello) -> bool:
    return entry.run.id == hello.run and entry.attempt == hello.attempt
