"""The database that commands open, and a clear end where it cannot be used."""

from typing import Annotated, Any, NoReturn

import typer

from ebm_server.commands import refuse
from ebm_server.settings import Settings

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="A database other than an SQLite file in the data folder, such as "
        "postgresql://user@host/name (also EBM_DATABASE_URL).",
    ),
]


def refuse_unusable(settings: Settings) -> None:
    """Ends the command where the database is none, damaged, too new or another server's."""
    import sqlalchemy as sa

    from ebm_server.runs.database import BadDatabase, Taken, engine_for, held
    from ebm_server.runs.migrations import NewerDatabase, version_of
    from ebm_server.runs.store import RUNS

    try:
        engine = engine_for(settings.database_url)
    except BadDatabase as error:
        refuse(str(error))
    try:
        with held(engine, settings.data_dir) as connection:
            if version_of(engine):
                columns = sa.inspect(engine).get_columns(RUNS.name)
                names: list[Any] = [sa.column(column["name"]) for column in columns]
                connection.execute(sa.select(*names).select_from(RUNS)).all()  # are they readable?
    except (BadDatabase, NewerDatabase, Taken) as error:
        refuse(str(error))
    except sa.exc.SQLAlchemyError as error:
        refuse_unanswered(error)
    finally:
        engine.dispose()


def refuse_unanswered(error: Exception) -> NoReturn:
    """Ends the command with what the database says, and what to do."""
    from ebm_server.runs.troubles import AWAY, of_database

    said = " ".join(str(getattr(error, "orig", None) or error).split())
    trouble = of_database(error)
    if trouble is None or trouble is AWAY:
        refuse(f"the database cannot be opened: {said}; see that it runs, and to its address")
    refuse(f"the database cannot be opened: {said}; {trouble.text}")
