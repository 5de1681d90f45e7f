"""`ebm runs`: the runs in the data folder, whether a server is up or not."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ebm_server.commands import refuse
from ebm_server.commands._database import Database, refuse_unanswered
from ebm_server.refusals import Refused
from ebm_server.settings import from_environment


def runs(
    data_dir: Annotated[
        Path | None, typer.Option(help="Where runs are kept (also EBM_DATA_DIR).")
    ] = None,
    database: Database = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Lists every run, the newest first."""
    from sqlalchemy.exc import SQLAlchemyError

    from ebm_server.runs.database import BadDatabase
    from ebm_server.runs.ledger import entry_of
    from ebm_server.runs.migrations import NewerDatabase, version_of
    from ebm_server.runs.store import Store

    settings = from_environment(data_dir=data_dir, database=database)
    if settings.data_dir.is_file():
        refuse(f"{settings.data_dir} is a file; name a data folder by --data-dir")
    found = []
    if settings.database or (settings.data_dir / "ebm.sqlite").is_file():
        try:
            store = Store(settings.database_url)
            if version_of(store.engine):  # an older one is read as it is: only a server changes it
                found = [entry_of(row).run for row in reversed(store.runs())]
        except (BadDatabase, NewerDatabase, Refused) as error:
            refuse(str(error))
        except SQLAlchemyError as error:
            refuse_unanswered(error)
    if as_json:
        typer.echo(json.dumps([run.model_dump() for run in found], indent=2))
        return
    if not found:
        typer.echo(
            f"There are no runs in {settings.data_dir} yet; `ebm serve` starts the laboratory."
        )
        return
    typer.echo(f"{'id':10}  {'state':8}  {'updates':>8}  {'seconds':>7}  {'KL':>7}  name")
    for run in found:
        distance = run.metrics.get("kl_data", run.metrics.get("kl"))  # from the data, not blurred
        kl = " " * 7 if distance is None else f"{distance:7.4f}"
        typer.echo(
            f"{run.id:10}  {run.state:8}  {run.step:8}  {run.seconds:7.1f}  {kl}  {run.name}"
            + (f" ({run.reason})" if run.reason else "")
        )
