"""Runs, metrics, keyframes and events in a database: an SQLite file, or PostgreSQL by URL.

One thread writes, in batches and in the order of submission; what follows a write (telling the
page, acknowledging to a worker) happens after its commit. Reads block: call them in threads.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Column, Connection, Float, Index, Integer, LargeBinary, MetaData, Table, Text

from ebm_server.protocol.packed_frame import PackedFrame

log = logging.getLogger(__name__)
T = TypeVar("T")
Work = Callable[[Connection], Any]
Then = Callable[[Any], None]

META = MetaData()
RUNS = Table(
    "runs",
    META,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("config", sa.JSON, nullable=False),
    Column("initial", sa.JSON, nullable=False),
    Column("pending", sa.JSON, nullable=False),
    Column("created", Text, nullable=False),
    Column("started", Text),
    Column("ended", Text),
    Column("step", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("horizon", Integer),
    Column("metrics", sa.JSON, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("speed", Float),
    Column("attempt", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    Column("worker", Text),
    Column("pid", Integer),
    Column("born", Text),
    Column("parent", Text),
    Column("parent_step", Integer),
    Column("sweep", Text),
)
METRICS = Table(
    "metrics",
    META,
    Column("run", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("step", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("values", sa.JSON, nullable=False),
)
EVENTS = Table(
    "events",
    META,
    Column("run", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("step", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("path", Text),
    Column("value", sa.JSON(none_as_null=True)),
    Column("previous", sa.JSON(none_as_null=True)),
    Column("text", Text),
)
KEYFRAMES = Table(
    "keyframes",
    META,
    Column("run", Text, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("seconds", Float, nullable=False),
    Column("fields", Integer, nullable=False),
    Column("core", LargeBinary, nullable=False),
    Column("landscape", LargeBinary),
)
SWEEPS = Table(
    "sweeps",
    META,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("toml", Text, nullable=False),
    Column("members", sa.JSON, nullable=False),
    Column("created", Text, nullable=False),
    Column("active", sa.Boolean, nullable=False),
)
Index("metrics_by_step", METRICS.c.run, METRICS.c.step)
BATCH = 500
RETRY_SECONDS = 1.0


def engine_for(url: str) -> sa.Engine:
    """An engine; SQLite with a write-ahead log, so that readers and the writer do not wait."""
    engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


class Store:
    """The database. `open` it before use and `close` it after, which writes what is left."""

    def __init__(self, url: str) -> None:
        self.engine = engine_for(url)
        self._queue: queue.SimpleQueue[tuple[Work, Then | None] | None] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer = threading.Thread(target=self._write_all, name="store", daemon=True)

    def open(self) -> None:
        """Starts the writer, in a database that `migrate` has seen; call it on the event loop."""
        self._loop = asyncio.get_running_loop()
        self._writer.start()

    async def close(self) -> None:
        """Waits until everything submitted is written."""
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        self.engine.dispose()

    def submit(self, work: Work, then: Then | None = None) -> None:
        """Queues a write; `then` gets its result on the event loop after the commit."""
        self._queue.put((work, then))

    async def done(self, work: Callable[[Connection], T]) -> T:
        """Writes and waits for the commit."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def tell(result: T) -> None:
            if not future.done():
                future.set_result(result)

        self.submit(work, tell)
        return await future

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

    def _commit(self, batch: Sequence[tuple[Work, Then | None]]) -> None:
        while True:
            try:
                with self.engine.begin() as connection:
                    results = [work(connection) for work, _ in batch]
            except sa.exc.OperationalError as error:
                log.error("the database refuses a write, trying again: %s", error.orig)
                threading.Event().wait(RETRY_SECONDS)
                continue
            except Exception:
                if len(batch) == 1:
                    log.exception("a write was given up")
                    return
                for single in batch:
                    self._commit([single])
                return
            break
        calls = [(then, result) for (_, then), result in zip(batch, results, strict=True) if then]
        if calls and self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_call_all, calls)

    def read(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        """The rows of a query, as plain dicts."""
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def runs(self) -> list[dict[str, Any]]:
        """Every run, the oldest first; what a database of an earlier version lacks is None."""
        known = {column["name"] for column in sa.inspect(self.engine).get_columns(RUNS.name)}
        query = sa.select(*(column for column in RUNS.c if column.name in known))
        rows = self.read(query.order_by(RUNS.c.created, RUNS.c.id))
        return [dict.fromkeys(RUNS.c.keys()) | row for row in rows]

    def after(
        self, table: Table, run: str, seq: int, upto: int | None = None, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """Rows of `METRICS` or `EVENTS` with numbers in (seq, upto], in order, at most `limit`."""
        columns = [column for column in table.c if column.name != "run"]
        query = sa.select(*columns).where(table.c.run == run, table.c.seq > seq)
        if upto is not None:
            query = query.where(table.c.seq <= upto)
        return self.read(query.order_by(table.c.seq).limit(limit))

    def keyframes(self, run: str) -> list[dict[str, Any]]:
        """Step and seconds of each keyframe, in order."""
        columns = (KEYFRAMES.c.step, KEYFRAMES.c.seconds)
        return self.read(
            sa.select(*columns).where(KEYFRAMES.c.run == run).order_by(KEYFRAMES.c.step)
        )

    def keyframe(self, run: str, step: int | None = None) -> PackedFrame | None:
        """The frame kept at `step` (None: the newest), if there is one."""
        columns = [KEYFRAMES.c[name] for name in ("step", "core", "fields", "landscape")]
        query = sa.select(*columns).where(KEYFRAMES.c.run == run)
        if step is not None:
            query = query.where(KEYFRAMES.c.step == step)
        rows = self.read(query.order_by(KEYFRAMES.c.step.desc()).limit(1))
        return PackedFrame.from_columns(**rows[0]) if rows else None


def _call_all(calls: list[tuple[Then, Any]]) -> None:
    for then, result in calls:
        then(result)


def insert(table: Table, rows: Sequence[dict[str, Any]]) -> Work:
    """A write of new rows."""
    return lambda connection: connection.execute(table.insert(), list(rows))


def update_run(run: str, fields: dict[str, Any]) -> Work:
    """A write of some columns of a run."""
    statement = RUNS.update().where(RUNS.c.id == run).values(**fields)
    return lambda connection: connection.execute(statement)


def put_keyframe(run: str, seconds: float, frame: PackedFrame) -> Work:
    """A write of a keyframe, in place of one at the same step."""

    def work(connection: Connection) -> None:
        connection.execute(
            KEYFRAMES.delete().where(KEYFRAMES.c.run == run, KEYFRAMES.c.step == frame.step)
        )
        row = {"run": run, "seconds": seconds, **frame.columns()}
        connection.execute(KEYFRAMES.insert(), row)

    return work


def delete_run(run: str) -> Work:
    """A write that removes a run and all that belongs to it."""

    def work(connection: Connection) -> None:
        for table in (METRICS, EVENTS, KEYFRAMES):
            connection.execute(table.delete().where(table.c.run == run))
        connection.execute(RUNS.delete().where(RUNS.c.id == run))

    return work


def rewind(run: str, step: int, changes: int) -> Callable[[Connection], int | None]:
    """A write that removes what a checkpoint at `step` with `changes` recorded changes undoes.

    Its result is the lowest sequence number removed, None where nothing was. States stay: they
    happened.
    """

    def work(connection: Connection) -> int | None:
        of_run = EVENTS.c.run == run
        later = METRICS.c.run == run, METRICS.c.step > step
        kept = (
            sa.select(EVENTS.c.seq)
            .where(of_run, EVENTS.c.kind == "change")
            .order_by(EVENTS.c.seq)
            .offset(changes)
        )
        undone = [row.seq for row in connection.execute(kept)]
        lowest = connection.execute(sa.select(sa.func.min(METRICS.c.seq)).where(*later)).scalar()
        connection.execute(METRICS.delete().where(*later))
        connection.execute(EVENTS.delete().where(of_run, EVENTS.c.seq.in_(undone)))
        connection.execute(
            KEYFRAMES.delete().where(KEYFRAMES.c.run == run, KEYFRAMES.c.step > step)
        )
        removed = [seq for seq in (lowest, *undone) if seq is not None]
        return min(removed, default=None)

    return work
