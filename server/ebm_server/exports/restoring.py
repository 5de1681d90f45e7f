"""An archive put back: into an empty data folder, in place of what is there, or beside it."""

import json
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from ebm_server.exports.archive import DATABASE, FORMAT, MANIFEST, OF_RUNS, Manifest
from ebm_server.refusals import Refused
from ebm_server.runs.database import engine_for
from ebm_server.runs.migrations import migrate
from ebm_server.settings import Settings

PARTS = ("runs", "points")
NAME = r"[A-Za-z0-9_-][A-Za-z0-9_.-]*"
"""No part of a path begins with a dot, so that none leads elsewhere."""
MEMBER = re.compile(
    rf"{re.escape(MANIFEST)}|{re.escape(DATABASE)}|points/{NAME}|runs/{NAME}(?:/{NAME})+"
)


def restore(settings: Settings, file: Path, *, add: bool, force: bool) -> Manifest:
    """Puts an archive back; hold the lock of the data folder meanwhile.

    Args:
        add: Its runs come beside those that are there.
        force: What is there is replaced: everything, or with `add` the runs of the same ids.

    Raises:
        Refused: It is no archive, or a damaged one, or what is there would be lost.
        OSError, tarfile.TarError: It cannot be read.
        NewerDatabase: A later EBM Lab wrote it.
    """
    home = settings.data_dir
    there = runs_in(home / DATABASE)
    if there and not (add or force):
        raise Refused(
            409,
            f"{home} holds {len(there)} runs; --add puts those of {file} beside them, and --force "
            "replaces all of them",
        )
    with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as name:
        drawn = Path(name)
        manifest = extract(file, drawn)
        database = drawn / DATABASE
        check(database)
        engine = engine_for(f"sqlite:///{database}")
        migrate(engine, Settings(data_dir=drawn))
        engine.dispose()
        if add and there:
            both = sorted(set(there) & set(manifest.runs))
            if both and not force:
                raise Refused(
                    409, f"{home} has {', '.join(both)} already; --force replaces what it has"
                )
            put_beside(settings, drawn, manifest.runs)
        else:
            replace(home, drawn)
    return manifest


def extract(file: Path, drawn: Path) -> Manifest:
    """Takes an archive apart in a folder, once all of its names are seen to lead into that."""
    with tarfile.open(file) as archive:
        members = archive.getmembers()
        for member in members:
            if not (member.isreg() and MEMBER.fullmatch(member.name)):
                raise Refused(422, f"{file} is no backup of EBM Lab: it holds {member.name!r}")
        size, free = sum(member.size for member in members), shutil.disk_usage(drawn).free
        if size > free:
            raise Refused(409, f"{file} takes {size:,} bytes, and {free:,} are free at {drawn}")
        if not {MANIFEST, DATABASE} <= {member.name for member in members}:
            raise Refused(422, f"{file} is no whole backup of EBM Lab")
        archive.extractall(drawn, filter="data")
    try:
        found = Manifest(**json.loads((drawn / MANIFEST).read_text()))
    except (ValueError, TypeError) as error:
        raise Refused(422, f"{file} has a {MANIFEST} that cannot be read: {error}") from error
    if found.format != FORMAT:
        raise Refused(
            409,
            f"{file} is of format {found.format}, by EBM Lab {found.version}; install that one",
        )
    found.runs[:] = runs_in(drawn / DATABASE)
    return found


def check(database: Path) -> None:
    """Refuses a damaged database, and one whose runs would be kept elsewhere."""
    with closing(sqlite3.connect(database)) as connection:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise Refused(422, f"the database in the archive is damaged: {verdict}")
    for run in runs_in(database):
        if not re.fullmatch(NAME, run):
            raise Refused(422, f"the archive has a run that is called {run!r}")


def runs_in(database: Path) -> list[str]:
    """The runs of a database, none where there is no database."""
    if not database.is_file():
        return []
    with closing(sqlite3.connect(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchone():
            return []
        return [row[0] for row in connection.execute("SELECT id FROM runs")]


def replace(home: Path, drawn: Path) -> None:
    """Sets what is there aside, puts the archive's in its place, and removes what was there."""
    with tempfile.TemporaryDirectory(dir=home, prefix=".before-") as name:
        for path in (*home.glob(f"{DATABASE}*"), *(home / part for part in PARTS)):
            if path.exists():
                path.rename(Path(name) / path.name)
        for part in PARTS:
            if (drawn / part).exists():
                (drawn / part).rename(home / part)
        (drawn / DATABASE).rename(home / DATABASE)


def put_beside(settings: Settings, drawn: Path, runs: Collection[str]) -> None:
    """Adds runs: their files first, so that no row is there without them."""
    database = settings.data_dir / DATABASE
    engine = engine_for(f"sqlite:///{database}")
    migrate(engine, settings)
    engine.dispose()
    settings.points_dir.mkdir(mode=0o700, exist_ok=True)
    for points in (drawn / "points").glob("*"):
        points.replace(settings.points_dir / points.name)  # of one digest all are equal
    settings.runs_dir.mkdir(mode=0o700, exist_ok=True)
    for run in runs:
        folder = settings.runs_dir / run
        shutil.rmtree(folder, ignore_errors=True)
        if (drawn / "runs" / run).exists():
            (drawn / "runs" / run).rename(folder)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("ATTACH ? AS theirs", (str(drawn / DATABASE),))
        with connection:
            for table, column in OF_RUNS.items():
                names = [row[1] for row in connection.execute(f"PRAGMA theirs.table_info({table})")]
                shown = ", ".join(f'"{name}"' for name in names)
                marks = ",".join("?" * len(runs))
                here = f"DELETE FROM main.{table} WHERE {column} IN ({marks})"
                connection.execute(here, tuple(runs))
                connection.execute(
                    f"INSERT INTO main.{table} ({shown}) SELECT {shown} FROM theirs.{table}"
                )
