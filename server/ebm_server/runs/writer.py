"""The one thread that writes: in batches, in order, and each write is told when it is committed.

What the database cannot take now waits and is tried again, once and only once: nobody who waits for
a commit is told yes before it. A person's write is withdrawn after a while and refused; what
workers report waits as long as it takes, since they keep it until it is acknowledged.
"""

import asyncio
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from ebm_server.runs import database
from ebm_server.runs.troubles import AWAY, DAMAGED, LOST, TAKEN, Trouble, of_database

log = logging.getLogger(__name__)
T = TypeVar("T")
Work = Callable[[Connection], Any]
Then = Callable[[Any], None]

BATCH = 500
RETRY_SECONDS = 1.0
TICK = 0.2
UNCHANGED = "nothing was changed"
SLOW_SECONDS = 5.0
"""A database that takes longer for one batch is taken for gone."""
CLOSE_SECONDS = 5.0
"""At the end, writes that the database does not take are tried for so long."""
MOST_BYTES = 64 * 1024 * 1024
"""Of writes that wait; beyond it workers are asked to wait."""


@dataclass(eq=False)
class Write:
    """Something to be written."""

    work: Work
    then: Then | None = None
    """Gets its result on the event loop, after the commit."""
    size: int = 0
    """Bytes, about."""
    refuse: Callable[[Exception], None] | None = None
    """Told on the event loop that the work itself is wrong."""
    awaited: bool = False
    """A person is told of the commit, which therefore outlives a power cut."""
    undo: Work | None = None
    """Takes it back, where it was withdrawn too late."""
    withdrawn: bool = False


class Writer:
    """The thread, and what keeps it from writing."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.noted: Trouble | None = None
        """A trouble that lasts until the server is started again."""
        self.room = asyncio.Event()
        """Writes that wait are few enough for more."""
        self.room.set()
        self._bytes = 0
        self._queue: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._failing: Trouble | None = None
        self._began: float | None = None
        self._closing = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._write_all, name="writer", daemon=True)

    async def open(self) -> None:
        """Takes the database's lock, and starts.

        Raises:
            Taken: Another server uses the database.
        """
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._connected, database.LOCK_SECONDS)
        self._thread.start()

    async def close(self) -> None:
        """Writes what is left; what the database does not take is given up, and told in the log."""
        self._queue.put(None)
        self._closing.set()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, 2 * CLOSE_SECONDS)

    @property
    def failing(self) -> Trouble | None:
        """What keeps it from writing now."""
        began = self._began
        slow = began is not None and time.monotonic() - began > SLOW_SECONDS
        return self._failing or (AWAY if slow else None)

    def note(self, trouble: Trouble) -> None:
        """Keeps a trouble in mind that lasts."""
        if trouble.lasts and self.noted is not DAMAGED:
            self.noted = trouble

    def submit(self, write: Write) -> None:
        """Queues a write; call it on the event loop."""
        self._bytes += write.size
        if self._bytes > MOST_BYTES:
            self.room.clear()
        self._queue.put(write)

    async def done(self, work: Callable[[Connection], T], undo: Work | None = None) -> T:
        """Writes, and waits for the commit.

        Args:
            undo: What takes it back, where it was committed after it was refused.

        Raises:
            Refused: The database does not take it, and it is not done.
        """
        self._refuse_damaged()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        write = Write(work, _teller(future.set_result, future), undo=undo, awaited=True)
        write.refuse = _teller(future.set_exception, future)
        self.submit(write)
        await self._wait(future)
        if not future.done():
            write.withdrawn = True
            future.cancel()
            raise (self.failing or AWAY).refusal(UNCHANGED)
        return future.result()

    async def kept(self) -> None:
        """Waits until all that was submitted so far is committed.

        Raises:
            Refused: The database does not take it for now.
        """
        self._refuse_damaged()
        future = self._mark()
        await self._wait(future)
        if not future.done():
            why = "what was asked is done, and is kept as soon as the database takes it"
            raise (self.failing or AWAY).refusal(why)

    async def settled(self) -> None:
        """Waits until all that was submitted so far is committed, however long it takes."""
        await self._mark()

    def _mark(self) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.submit(Write(lambda _: None, _teller(future.set_result, future), awaited=True))
        return future

    async def ready(self) -> None:
        """Waits a while for a database that takes no writes now.

        Raises:
            Refused: It still does not.
        """
        self._refuse_damaged()
        begun = time.monotonic()
        while trouble := self.failing:
            if time.monotonic() - begun > trouble.patience:
                raise trouble.refusal(UNCHANGED)
            await asyncio.sleep(TICK)

    async def _wait(self, future: asyncio.Future[Any]) -> None:
        """Waits as long as the trouble of the moment is worth."""
        begun = time.monotonic()
        while not future.done():
            await asyncio.wait([future], timeout=TICK)
            if time.monotonic() - begun > (self.failing or AWAY).patience:
                return

    def _refuse_damaged(self) -> None:
        if self.noted is DAMAGED:
            raise DAMAGED.refusal(UNCHANGED)

    # The thread

    def _write_all(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            while len(batch) < BATCH and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    self._queue.put(None)
                    break
                batch.append(following)
            self._commit(batch)
        self._disconnect()

    def _commit(self, batch: Sequence[Write]) -> None:
        """Writes a batch however long it takes, or each alone where one of it is wrong."""
        mark: str | None = None
        results: list[Any] = []
        tries_until: float | None = None
        while True:
            self._began = time.monotonic()
            try:
                connection = self._connected()
                if mark is None or not database.marked(connection, mark):
                    batch = [write for write in batch if not write.withdrawn]
                    mark = None
                    self._outlive_power(connection, batch)
                    with connection.begin():
                        results = [write.work(connection) for write in batch]
                        mark = uuid.uuid4().hex
                        database.mark(connection, mark)
                break
            except (sa.exc.SQLAlchemyError, database.Taken) as error:
                trouble = TAKEN if isinstance(error, database.Taken) else of_database(error)
                if trouble is None:
                    self._give_up(batch, error)
                    return
                self._failed(trouble, error)
            except Exception as error:
                self._give_up(batch, error)
                return
            finally:
                self._began = None
            if self._closing.is_set():
                tries_until = tries_until or time.monotonic() + CLOSE_SECONDS
                if time.monotonic() > tries_until:
                    log.error("%d writes are not made: the server ends", len(batch))
                    return
            threading.Event().wait(RETRY_SECONDS)
        if self._failing:
            log.warning("the database takes writes again")
            self._failing = None
        told = [(w, w.then, result) for w, result in zip(batch, results, strict=True)]
        self._later(self._finish, told)

    def _connected(self, seconds: float = 0.0) -> Connection:
        """The connection that holds the lock, a new one where the last one broke off."""
        if self._connection is None:
            # its own: the lock lasts as long as the connection, which no pool may keep
            connection = self.engine.connect()
            try:
                connection.detach()
                database.hold(connection, seconds)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except sa.exc.SQLAlchemyError as error:
                log.debug("a broken connection is left: %s", error)

    def _outlive_power(self, connection: Connection, batch: Sequence[Write]) -> None:
        """Has SQLite wait for the disk where a person waits."""
        if connection.dialect.name == "sqlite":
            level = "FULL" if any(write.awaited for write in batch) else "NORMAL"
            connection.exec_driver_sql(f"PRAGMA synchronous={level}")
            connection.rollback()

    def _failed(self, trouble: Trouble, error: Exception) -> None:
        if self._failing != trouble:
            log.error("the database refuses a write, which is tried again: %s", error)
        self._failing = trouble
        self.note(trouble)
        self._disconnect()

    def _give_up(self, batch: Sequence[Write], error: Exception) -> None:
        if len(batch) > 1:
            for single in batch:
                self._commit([single])
            return
        for single in batch:
            if single.refuse is None:
                log.error("a write was given up", exc_info=error)
                self.note(LOST)
            self._later(self._finish, [(single, single.refuse, error)])

    def _finish(self, told: Sequence[tuple[Write, Callable[[Any], None] | None, Any]]) -> None:
        for write, tell, what in told:
            self._bytes -= write.size
            if write.withdrawn and write.undo:
                self.submit(Write(write.undo))
            elif tell:
                tell(what)
        if self._bytes <= MOST_BYTES:
            self.room.set()

    def _later(self, call: Callable[[Any], None], given: Any) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, given)


def _teller(settle: Callable[[Any], None], future: asyncio.Future[Any]) -> Callable[[Any], None]:
    """Settles a future that somebody still waits for."""

    def tell(what: Any) -> None:
        if not future.done():
            settle(what)

    return tell
