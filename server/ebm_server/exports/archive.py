"""A backup: a data folder, or some of its runs, as one tar file; a server may be at work meanwhile.

Files of runs are copied first and the database last, so that it is never behind them: what was
going is as after a crash, and goes on from its checkpoint. In the file the database is SQLite's,
wherever it was. Secrets stay where they are.
"""

import json
import re
import sqlite3
import tarfile
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from ebm_server.exports.copying import OF_RUNS, copy_rows, known_runs
from ebm_server.protocol.runs import ENDED
from ebm_server.refusals import Refused
from ebm_server.runs.database import called, opened
from ebm_server.runs.ledger import now
from ebm_server.runs.migrations import VERSION, migrate, version_of
from ebm_server.settings import Settings, package_version
from ebm_server.storage import Storage

Kind = Literal["w:gz", "w"]
FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "ebm.sqlite"
INTERRUPTED = "it was going when the backup was made; resume goes on from its last checkpoint"


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself."""

    format: int
    version: str
    created: str
    runs: list[str]


def back_up(settings: Settings, file: Path, chosen: Collection[str] = ()) -> Manifest:
    """Writes an archive.

    Args:
        chosen: Only these runs; all without.

    Raises:
        Refused: There is no database, or no such run, or another EBM Lab's.
        SQLAlchemyError: The database does not answer.
    """
    kind: Kind = "w:gz" if file.suffix in (".gz", ".tgz") else "w"
    with opened(settings.database_url) as source:
        refuse_absent(source)
        refuse_unknown(source, chosen)
        return _written(settings, source, file, kind, chosen)


def _written(
    settings: Settings, source: Engine, file: Path, kind: Kind, chosen: Collection[str]
) -> Manifest:
    with (
        tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".backup-") as folder,
        tarfile.open(file, kind, dereference=True) as archive,
    ):
        seen = set(chosen) or {path.name for path in settings.runs_dir.glob("*")}
        if settings.storage:
            fetch_all(Storage(settings.storage), settings.runs_dir, seen)
        for run in sorted(seen):
            _add_all(archive, settings.runs_dir / run, settings.data_dir)
        copy = Path(folder) / DATABASE
        runs = copy_database(source, copy, chosen)
        for run in sorted(set(runs) - seen):  # they began meanwhile
            _add_all(archive, settings.runs_dir / run, settings.data_dir)
        for name in sorted(points_in(copy)):
            for path in settings.points_dir.glob(f"{name}.*"):
                _add(archive, path, settings.data_dir)
        manifest = Manifest(FORMAT, package_version(), now(), runs)
        (Path(folder) / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2))
        _add(archive, copy, Path(folder))
        _add(archive, Path(folder) / MANIFEST, Path(folder))
    return manifest


def fetch_all(storage: Storage, folder: Path, runs: Iterable[str]) -> None:
    """Brings the runs' folders up to what their workers have kept elsewhere.

    Raises:
        Refused: It cannot be read.
    """
    try:
        for run in runs:
            storage.fetch(run, folder / run)
    except OSError as error:
        raise Refused(503, f"the runs cannot be fetched from {storage.url}: {error}") from error


def refuse_absent(source: Engine) -> None:
    """Refuses a database that is not there, or that only its own EBM Lab can copy."""
    file = source.url.database or ""
    here = source.dialect.name == "sqlite"
    if (here and not Path(file).is_file()) or not (version := version_of(source)):
        raise Refused(404, f"there is no run in {called(source)}, so there is nothing to keep")
    if not here and version < VERSION:
        raise Refused(
            409,
            f"{called(source)} has version {version}, and this EBM Lab version {VERSION}; start "
            "its server once, which brings it there",
        )


def refuse_unknown(source: Engine, chosen: Collection[str]) -> None:
    """Refuses runs that a database does not have."""
    known = set(known_runs(source))
    for run in chosen:
        if run not in known:
            raise Refused(404, f"there is no run {run!r}; `ebm runs` lists them")


def copy_database(source: Engine, copy: Path, chosen: Collection[str]) -> list[str]:
    """A copy of one moment, in which no run has a worker; the runs in it."""
    if source.dialect.name == "sqlite":
        with (
            closing(sqlite3.connect(source.url.database or "")) as theirs,
            closing(sqlite3.connect(copy)) as ours,
        ):
            theirs.backup(ours)
    else:
        with opened(f"sqlite:///{copy}") as target:
            migrate(target, Settings(data_dir=copy.parent))
            with target.begin() as connection:
                copy_rows(source, connection, sweeps=True)
    with closing(sqlite3.connect(copy)) as ours:
        with ours:
            if chosen:
                marks = ",".join("?" * len(chosen))
                for table, column in OF_RUNS.items():
                    ours.execute(
                        f"DELETE FROM {table.name} WHERE {column.name} NOT IN ({marks})",
                        tuple(chosen),
                    )
            resting = (*ENDED, "queued")
            ours.execute("UPDATE runs SET worker = NULL, pid = NULL, born = NULL")
            ours.execute(
                "UPDATE runs SET state = 'stopped', reason = ?, ended = ? WHERE state NOT IN "
                f"({','.join('?' * len(resting))})",
                (INTERRUPTED, now(), *resting),
            )
        ours.execute("PRAGMA journal_mode = DELETE")
        ours.execute("VACUUM")
        return [row[0] for row in ours.execute("SELECT id FROM runs ORDER BY created, id")]


def points_in(database: Path) -> set[str]:
    """The names of the files of points that the runs of a database refer to."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT config || initial FROM runs").fetchall()
    return {digest for (text,) in rows for digest in re.findall(r"sha256:([0-9a-f]{64})", text)}


def _add_all(archive: tarfile.TarFile, folder: Path, below: Path) -> None:
    for path in sorted(_files(folder)):
        _add(archive, path, below)


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("."):  # drafts of files
            yield path


def _add(archive: tarfile.TarFile, path: Path, below: Path) -> None:
    """Adds a file as it is now; one that is gone by now was not to be kept."""
    try:
        with path.open("rb") as file:
            info = archive.gettarinfo(arcname=str(path.relative_to(below)), fileobj=file)
            info.uname = info.gname = ""
            info.mode = 0o600
            archive.addfile(info, file)
    except FileNotFoundError:
        return
