"""An archive put back: into an empty data folder, in place of what is there, or beside it."""

import json
import re
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Engine

from ebm_server.exports.archive import DATABASE, FORMAT, MANIFEST, Manifest
from ebm_server.exports.copying import copy_rows, known_runs, remove_rows
from ebm_server.refusals import Refused
from ebm_server.runs.database import called, opened
from ebm_server.runs.migrations import migrate
from ebm_server.runs.store import RUNS
from ebm_server.settings import Settings

PARTS = ("runs", "points")
NAME = r"[A-Za-z0-9_-][A-Za-z0-9_.-]*"
"""No part of a path begins with a dot, so that none leads elsewhere."""
MEMBER = re.compile(
    rf"{re.escape(MANIFEST)}|{re.escape(DATABASE)}|points/{NAME}|runs/{NAME}(?:/{NAME})+"
)


def restore(settings: Settings, file: Path, *, add: bool, force: bool) -> Manifest:
    """Puts an archive back; hold the locks of the data folder and of the database meanwhile.

    Args:
        add: Its runs come beside those that are there.
        force: What is there is replaced: everything, or with `add` the runs of the same ids.

    Raises:
        Refused: It is no archive, or a damaged one, or what is there would be lost.
        OSError, tarfile.TarError: It cannot be read.
        NewerDatabase: A later EBM Lab wrote it.
        SQLAlchemyError: The database does not answer.
    """
    with opened(settings.database_url) as target:
        there = runs_of(target)
        if there and not (add or force):
            raise Refused(
                409,
                f"{called(target)} holds {len(there)} runs; --add puts those of {file} beside "
                "them, and --force replaces all of them",
            )
        with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as name:
            drawn = Path(name)
            manifest = extract(file, drawn)
            check(drawn / DATABASE)
            both = sorted(set(there) & set(manifest.runs))
            if add and both and not force:
                raise Refused(
                    409,
                    f"{called(target)} has {', '.join(both)} already; --force replaces what it has",
                )
            with opened(f"sqlite:///{drawn / DATABASE}") as source:
                migrate(source, Settings(data_dir=drawn))
                if add or settings.database:
                    put_rows(settings, drawn, source, target, instead=not add)
                    return manifest
            target.dispose()
            replace(settings.data_dir, drawn)
    return manifest


def runs_of(target: Engine) -> list[str]:
    """The runs that a database holds, of whatever version; none where there is no database."""
    file = target.url.database or ""
    if target.dialect.name == "sqlite" and not Path(file).is_file():
        return []
    return known_runs(target) if sa.inspect(target).has_table(RUNS.name) else []


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


def put_rows(
    settings: Settings, drawn: Path, source: Engine, target: Engine, *, instead: bool
) -> None:
    """Adds runs: their files first, so that no row is there without them.

    Args:
        instead: All other runs go, and sweeps come too.
    """
    migrate(target, settings)
    runs = known_runs(source)
    others = set(known_runs(target)) - set(runs) if instead else ()
    settings.points_dir.mkdir(mode=0o700, exist_ok=True)
    for points in (drawn / "points").glob("*"):
        points.replace(settings.points_dir / points.name)  # of one digest all are equal
    settings.runs_dir.mkdir(mode=0o700, exist_ok=True)
    for run in runs:
        folder = settings.runs_dir / run
        shutil.rmtree(folder, ignore_errors=True)
        if (drawn / "runs" / run).exists():
            (drawn / "runs" / run).rename(folder)
    with target.begin() as connection:
        remove_rows(connection, None if instead else runs)
        copy_rows(source, connection, sweeps=instead)
    for run in others:
        shutil.rmtree(settings.runs_dir / run, ignore_errors=True)
