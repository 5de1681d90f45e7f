"""The database's versions, and the steps from each to the next.

A database that says nothing of its version is of version 1. To change the tables: change them in
`store`, raise `VERSION`, and add the step from the version before to `STEPS`.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table

from ebm_server.runs.database import LAST_BATCH, called
from ebm_server.runs.points import PointFiles, references
from ebm_server.runs.store import META, RUNS, SWEEPS
from ebm_server.settings import Settings

log = logging.getLogger(__name__)
VERSION = 6
SCHEMA_VERSION = Table("schema_version", MetaData(), Column("version", Integer, nullable=False))


class NewerDatabase(RuntimeError):
    """It was written by a later EBM Lab."""

    def __init__(self, engine: Engine, found: int) -> None:
        super().__init__(
            f"the database {called(engine)} has version {found} and this EBM Lab knows versions up "
            f"to {VERSION}; install the newer EBM Lab that wrote it, or choose another --data-dir"
        )


def version_of(engine: Engine) -> int:
    """The version of a database, 0 of an empty one.

    Raises:
        NewerDatabase: It is a later one than this program knows.
    """
    tables = sa.inspect(engine)
    if not tables.has_table(SCHEMA_VERSION.name):
        return 1 if tables.has_table(RUNS.name) else 0
    with engine.connect() as connection:
        found = connection.execute(sa.select(SCHEMA_VERSION.c.version)).scalar_one()
    if found > VERSION:
        raise NewerDatabase(engine, found)
    return int(found)


def migrate(engine: Engine, settings: Settings) -> None:
    """Brings a database to the version of this program: whole or, were it killed, not at all.

    An SQLite file whose rows will be rewritten is copied before, to `<file>.version-<n>`.

    Raises:
        NewerDatabase: It is a later one than this program knows.
    """
    found = version_of(engine)
    if found == VERSION:
        return
    if found and rewrites_rows(engine):
        keep_copy(engine, found)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # Python's driver would begin a transaction only before it changes rows
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        if found == 0:
            META.create_all(connection)
        for version in range(found, VERSION) if found else ():
            log.info("the database goes from version %d to %d", version, version + 1)
            STEPS[version](connection, settings)
        for table, row in ((SCHEMA_VERSION, {"version": VERSION}), (LAST_BATCH, {"mark": ""})):
            table.create(connection, checkfirst=True)
            connection.execute(table.delete())
            connection.execute(table.insert().values(**row))


def keep_copy(engine: Engine, version: int) -> None:
    """A copy of an SQLite file as it is."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    copy = Path(f"{engine.url.database}.version-{version}")
    draft = copy.with_name(f"{copy.name}.draft")
    draft.unlink(missing_ok=True)
    with engine.connect() as connection:
        connection.execute(sa.text("VACUUM INTO :path"), {"path": str(draft)})
    draft.replace(copy)
    log.info("the database of version %d is kept as %s", version, copy)


def rewrites_rows(engine: Engine) -> bool:
    """Whether runs of version 1 hold points themselves."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(RUNS.c.config, RUNS.c.initial))
        return any(holds_points(config) for row in rows for config in row)


def holds_points(config: dict[str, Any]) -> bool:
    """Whether a config of version 1 holds points themselves."""
    return isinstance(config["dataset"].get("values"), list)


def refer_to_points(connection: Connection, settings: Settings) -> None:
    """Version 1 to 2: points lie beside the database, and runs refer to them by digest."""
    files = PointFiles(settings.points_dir)
    for row in connection.execute(sa.select(RUNS.c.id, RUNS.c.config, RUNS.c.initial)).all():
        columns = {
            name: referring(config, settings.points_dir)
            for name, config in (("config", row.config), ("initial", row.initial))
            if holds_points(config)
        }
        if columns:
            files.link_into(settings.runs_dir / row.id, references(columns))
            connection.execute(RUNS.update().where(RUNS.c.id == row.id).values(**columns))


def referring(config: dict[str, Any], points: Path) -> dict[str, Any]:
    """A config with a reference in place of its points, which are kept in a folder."""
    from ebm_core.contracts.frozen_array import ArrayFolder, FrozenArray  # imports torch

    dataset = config["dataset"]
    values = ArrayFolder(points).put(FrozenArray(dataset["values"])).model_dump()
    return {**config, "dataset": {**dataset, "values": values}}


def remember_parents(connection: Connection, _: Settings) -> None:
    """Version 2 to 3: runs say which run they branch off, and where."""
    connection.execute(sa.text("ALTER TABLE runs ADD COLUMN parent TEXT"))
    connection.execute(sa.text("ALTER TABLE runs ADD COLUMN parent_step INTEGER"))


def count_further(connection: Connection, _: Settings) -> None:
    """Version 3 to 4: PostgreSQL counts beyond 32 bits too; SQLite does so anyway."""
    if connection.dialect.name != "postgresql":
        return
    for table in META.sorted_tables:
        for column in table.c:
            if isinstance(column.type, sa.BigInteger):
                change = f"ALTER TABLE {table.name} ALTER COLUMN {column.name} TYPE BIGINT"
                connection.execute(sa.text(change))


def take_pins_and_tags(connection: Connection, _: Settings) -> None:
    """Version 4 to 5: people pin runs and tag them."""
    off = sa.false().compile(dialect=connection.dialect)
    connection.execute(
        sa.text(f"ALTER TABLE runs ADD COLUMN pinned BOOLEAN NOT NULL DEFAULT {off}")
    )
    connection.execute(sa.text("ALTER TABLE runs ADD COLUMN tags JSON NOT NULL DEFAULT '[]'"))


def remember_sweeps(connection: Connection, _: Settings) -> None:
    """Version 5 to 6: there are sweeps, and runs say of which one they are."""
    connection.execute(sa.text("ALTER TABLE runs ADD COLUMN sweep TEXT"))
    SWEEPS.create(connection)


STEPS: dict[int, Callable[[Connection, Settings], None]] = {
    1: refer_to_points,
    2: remember_parents,
    3: count_further,
    4: take_pins_and_tags,
    5: remember_sweeps,
}
"""By the version that each starts from."""
