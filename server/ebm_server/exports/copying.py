"""Rows of one database in another: of SQLite and of PostgreSQL alike."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from ebm_server.runs.store import EVENTS, KEYFRAMES, METRICS, RUNS, SWEEPS

OF_RUNS = {
    METRICS: METRICS.c.run,
    EVENTS: EVENTS.c.run,
    KEYFRAMES: KEYFRAMES.c.run,
    RUNS: RUNS.c.id,
}
"""Tables, and the column that says of which run a row is."""
AT_ONCE = 200
"""Rows that are in memory at a time."""


def known_runs(engine: Engine) -> list[str]:
    """The runs of a database, the oldest first."""
    with engine.connect() as connection:
        return list(connection.scalars(sa.select(RUNS.c.id).order_by(RUNS.c.created, RUNS.c.id)))


def copy_rows(source: Engine, target: Connection, *, sweeps: bool) -> None:
    """Adds the rows of one moment of a database to another one of the same version."""
    moment = {} if source.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with source.connect().execution_options(yield_per=AT_ONCE, **moment) as connection:
        for table in (*([SWEEPS] if sweeps else []), *OF_RUNS):
            for rows in connection.execute(sa.select(table)).mappings().partitions():
                target.execute(table.insert(), [dict(row) for row in rows])


def remove_rows(target: Connection, chosen: Collection[str] | None) -> None:
    """Removes the rows of some runs; None for those of all, and the sweeps."""
    for table, run in OF_RUNS.items():
        target.execute(table.delete().where(sa.true() if chosen is None else run.in_(chosen)))
    if chosen is None:
        target.execute(SWEEPS.delete())
