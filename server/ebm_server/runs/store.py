"""Runs, metrics, keyframes and events in a database: an SQLite file, or PostgreSQL by URL.

Its `writer` writes; what follows a write (telling the page, acknowledging to a worker) happens
after its commit. Reads block: call them in threads.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
)

from ebm_server.protocol.bounds import clean
from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.runs.database import engine_for
from ebm_server.runs.troubles import Trouble, of_database
from ebm_server.runs.writer import Work, Writer


class Words(sa.TypeDecorator[str]):
    """Text; what a plug-in says may hold what a database cannot, and gets a sign in its place."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else clean(value)


META = MetaData()
RUNS = Table(
    "runs",
    META,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("reason", Words),
    Column("config", sa.JSON, nullable=False),
    Column("initial", sa.JSON, nullable=False),
    Column("pending", sa.JSON, nullable=False),
    Column("created", Words, nullable=False),
    Column("started", Words),
    Column("ended", Words),
    Column("step", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("horizon", BigInteger),
    Column("metrics", sa.JSON, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("speed", Float),
    Column("attempt", Integer, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("worker", Words),
    Column("pid", Integer),
    Column("born", Words),
    Column("parent", Words),
    Column("parent_step", BigInteger),
    Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("tags", sa.JSON, nullable=False, server_default="[]"),
    Column("sweep", Words),
)
METRICS = Table(
    "metrics",
    META,
    Column("run", Words, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("step", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("values", sa.JSON, nullable=False),
)
EVENTS = Table(
    "events",
    META,
    Column("run", Words, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("step", BigInteger, nullable=False),
    Column("kind", Words, nullable=False),
    Column("path", Words),
    Column("value", sa.JSON(none_as_null=True)),
    Column("previous", sa.JSON(none_as_null=True)),
    Column("text", Words),
)
KEYFRAMES = Table(
    "keyframes",
    META,
    Column("run", Words, primary_key=True),
    Column("step", BigInteger, primary_key=True),
    Column("seconds", Float, nullable=False),
    Column("fields", Integer, nullable=False),
    Column("core", LargeBinary, nullable=False),
    Column("landscape", LargeBinary),
)
SWEEPS = Table(
    "sweeps",
    META,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("toml", Words, nullable=False),
    Column("members", sa.JSON, nullable=False),
    Column("created", Words, nullable=False),
    Column("active", sa.Boolean, nullable=False),
)
Index("metrics_by_step", METRICS.c.run, METRICS.c.step)


class Store:
    """The database. `open` it before use and `close` it after, which writes what is left."""

    def __init__(self, url: str) -> None:
        self.engine = engine_for(url)
        self.writer = Writer(self.engine)

    async def open(self) -> None:
        """Takes the database's lock, and lets writes be submitted; call it on the event loop.

        Raises:
            Taken: Another server uses the database.
        """
        await self.writer.open()

    async def close(self) -> None:
        """Waits until everything submitted is written, or is given up."""
        await self.writer.close()
        self.engine.dispose()

    @property
    def troubles(self) -> list[Trouble]:
        """What keeps it from writing, or has."""
        return list(dict.fromkeys(filter(None, (self.writer.failing, self.writer.noted))))

    def read(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        """The rows of a query, as plain dicts.

        Raises:
            Refused: The database does not answer, or is damaged.
        """
        if (failing := self.writer.failing) and not failing.reads:
            raise failing.refusal()
        try:
            with self.engine.connect() as connection:
                return [dict(row) for row in connection.execute(query).mappings()]
        except sa.exc.SQLAlchemyError as error:
            if (trouble := of_database(error)) is None:
                raise
            self.writer.note(trouble)
            raise trouble.refusal() from error

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
