"""`ebm backup` and `ebm restore`: all runs of a data folder, or some, as one file."""

import os
import sqlite3
import tarfile
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from ebm_server.commands import refuse, told
from ebm_server.commands._database import Database, refuse_unanswered
from ebm_server.lock import locked
from ebm_server.private import keep_private
from ebm_server.settings import from_environment

UNREADABLE = (tarfile.TarError, EOFError, zlib.error)
Folder = Annotated[Path | None, typer.Option(help="Where runs are kept (also EBM_DATA_DIR).")]


def backup(
    file: Annotated[Path, typer.Argument(help="A .tar to write, or a .tar.gz.")],
    run: Annotated[
        list[str] | None, typer.Option(help="Only this run, by its id; may be given again.")
    ] = None,
    data_dir: Folder = None,
    database: Database = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Writes all runs, or some, into one file, whether a server is up or not."""
    from sqlalchemy.exc import SQLAlchemyError

    from ebm_server.exports.archive import back_up
    from ebm_server.refusals import Refused
    from ebm_server.runs.database import BadDatabase
    from ebm_server.runs.migrations import NewerDatabase

    if file.exists() and not force:
        refuse(f"{file} is there already; --force replaces it")
    os.umask(0o077)
    draft = file.with_name(f".draft-{os.getpid()}-{file.name}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        made = back_up(from_environment(data_dir=data_dir, database=database), draft, run or ())
        draft.replace(file)
    except SQLAlchemyError as error:
        refuse_unanswered(error)
    except (Refused, OSError, sqlite3.Error, BadDatabase, NewerDatabase) as error:
        refuse(f"the backup was not made: {told(error)}")
    finally:
        draft.unlink(missing_ok=True)
    typer.echo(f"{file}: {len(made.runs)} runs, {file.stat().st_size:,} bytes")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `ebm backup` has written.")],
    data_dir: Folder = None,
    database: Database = None,
    add: Annotated[bool, typer.Option("--add", help="Beside the runs that are there.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace what is there; with --add the same runs.")
    ] = False,
) -> None:
    """Puts the runs of a backup into a data folder whose server is stopped."""
    from sqlalchemy.exc import SQLAlchemyError

    from ebm_server.exports.restoring import restore as put_back
    from ebm_server.refusals import Refused
    from ebm_server.runs.database import BadDatabase, held, opened

    settings = from_environment(data_dir=data_dir, database=database)
    os.umask(0o077)
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(settings.data_dir / "server.lock"), ExitStack() as stack:
            if settings.database:
                target = stack.enter_context(opened(settings.database))
                stack.enter_context(held(target, settings.data_dir))
            made = put_back(settings, file, add=add, force=force)
            keep_private(settings.data_dir)
    except SQLAlchemyError as error:
        refuse_unanswered(error)
    except (Refused, OSError, RuntimeError, sqlite3.Error, BadDatabase, *UNREADABLE) as error:
        refuse(f"nothing was restored: {told(error)}")
    typer.echo(f"{settings.data_dir}: {len(made.runs)} runs of {made.created}, by {made.version}")
