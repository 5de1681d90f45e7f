"""A database by URL: an SQLite file or PostgreSQL, and the lock that gives it to one server."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ebm_server.lock import locked

LOCK = 0x45_42_4D_4C_61_62
"""The number of the advisory lock: "EBMLab"."""
LOCK_SECONDS = 5.0
"""Until a lock counts as taken: PostgreSQL takes a moment to notice that its holder was killed."""
LINK = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    # PostgreSQL frees the lock of a server whose machine is gone
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
}
"""How soon either end notices that the other is gone; an address may say otherwise."""


class BadDatabase(ValueError):
    """There can be no such database, or it cannot be used."""


class Taken(RuntimeError):
    """Another server uses it."""


def engine_for(url: str) -> sa.Engine:
    """An engine for an address such as sqlite:////data/ebm.sqlite or postgresql://host/name.

    Raises:
        BadDatabase: It is no such address, or the driver is missing.
    """
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        engine = sa.create_engine(address)
        sa.event.listen(engine, "connect", _prepare)
        return engine
    own = {"application_name": f"ebm-lab {socket.gethostname()[:40]} {os.getpid()}"}
    link = {name: value for name, value in {**LINK, **own}.items() if name not in address.query}
    try:
        return sa.create_engine(address, pool_pre_ping=True, pool_timeout=5, connect_args=link)
    except ImportError as error:
        raise BadDatabase(
            "PostgreSQL needs the driver psycopg, which is not installed: "
            f"pip install 'ebm-lab[postgres]' ({error})"
        ) from error


@contextmanager
def opened(url: str) -> Iterator[sa.Engine]:
    """The same for a while: nothing stays open after.

    Raises:
        BadDatabase: As of `engine_for`.
    """
    engine = engine_for(url)
    try:
        yield engine
    finally:
        engine.dispose()


def address_of(url: str) -> sa.URL:
    """The address, with its driver.

    Raises:
        BadDatabase: It is none of SQLite or PostgreSQL.
    """
    allowed = "allowed are sqlite:////folder/file.sqlite and postgresql://user@host/name"
    try:
        address = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise BadDatabase(f"this is no address of a database: {error}; {allowed}") from error
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise BadDatabase(f"databases of {address.drivername} are not known; {allowed}")
    if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
        raise BadDatabase(f"a database in memory would be lost; {allowed}")
    return address


def _prepare(connection: Any, _record: Any) -> None:
    """A write-ahead log, so that readers and the writer do not wait for each other."""
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def called(engine: sa.Engine) -> str:
    """The database in messages to who started the server: without its password."""
    url = engine.url
    return url.render_as_string() if engine.dialect.name != "sqlite" else str(url.database)


@contextmanager
def file_locked(engine: sa.Engine, data_dir: Path) -> Iterator[None]:
    """Holds the lock of an SQLite file that lies outside the data folder, whose lock holds within.

    Raises:
        Taken: Another server uses the file.
        BadDatabase: Its folder cannot be written.
    """
    file = Path(engine.url.database or "").resolve()
    if engine.dialect.name != "sqlite" or file.parent == data_dir.resolve():
        yield
        return
    try:
        with locked(file.with_name(f"{file.name}.lock")):
            yield
    except RuntimeError as error:
        message = f"another server uses the database {file}; stop it, or choose another"
        raise Taken(message) from error
    except OSError as error:
        raise BadDatabase(f"the database {file} cannot be opened: {error.strerror}") from error


def hold(connection: Connection, seconds: float = LOCK_SECONDS) -> None:
    """Takes the lock in the database for as long as the connection lasts; SQLite has none.

    Raises:
        Taken: Another server holds it.
    """
    if connection.dialect.name != "postgresql":
        return
    end = time.monotonic() + seconds
    while True:
        got = connection.execute(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK})
        if got.scalar():
            connection.commit()  # the lock is the session's
            return
        if time.monotonic() > end:
            holder = connection.execute(HOLDER, {"key": LOCK}).scalar() or "unknown"
            connection.rollback()
            raise Taken(
                f"another server ({holder}) uses the database {called(connection.engine)}; stop "
                "it, or choose another with --database"
            )
        time.sleep(0.1)


@contextmanager
def held(engine: sa.Engine, data_dir: Path) -> Iterator[Connection]:
    """The database, and its lock as long as it lasts.

    Raises:
        Taken, BadDatabase: As of `file_locked` and `hold`.
    """
    with file_locked(engine, data_dir), engine.connect() as connection:
        connection.detach()  # else a pool would keep the lock
        hold(connection)
        yield connection


HOLDER = sa.text(
    "SELECT application_name FROM pg_stat_activity WHERE pid = (SELECT pid FROM pg_locks "
    "WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database "
    "WHERE datname = current_database()) AND (classid::bigint << 32) + objid::bigint = :key "
    "LIMIT 1)"
)


LAST_BATCH = sa.Table("last_batch", sa.MetaData(), sa.Column("mark", sa.Text, nullable=False))
"""One row: a mark of the last writes, committed with them."""


def mark(connection: Connection, text: str) -> None:
    """Marks the writes of a transaction, so that `marked` knows them."""
    connection.execute(LAST_BATCH.update().values(mark=text))


def marked(connection: Connection, text: str) -> bool:
    """Whether the last writes are those of a mark: a connection may break off on its commit."""
    with connection.begin():
        return connection.execute(sa.select(LAST_BATCH.c.mark)).scalar() == text
