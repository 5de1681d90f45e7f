"""The command line, `ebm`. Each command is a file in `commands`; torch is imported last."""

from typing import Annotated

import typer

from ebm_server.commands.backup import backup, restore
from ebm_server.commands.check import check
from ebm_server.commands.doctor import doctor
from ebm_server.commands.evaluate import evaluate
from ebm_server.commands.export import export
from ebm_server.commands.list_kinds import list_kinds
from ebm_server.commands.new import new
from ebm_server.commands.runs import runs
from ebm_server.commands.sample import sample
from ebm_server.commands.serve import serve
from ebm_server.commands.sweep import sweep
from ebm_server.commands.train import train
from ebm_server.settings import package_version

cli = typer.Typer(
    help="A laboratory for energy-based models.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
cli.command("serve")(serve)
cli.command("train")(train)
cli.command("sweep")(sweep)
cli.command("sample")(sample)
cli.command("eval")(evaluate)
cli.command("export")(export)
cli.command("runs")(runs)
cli.command("backup")(backup)
cli.command("restore")(restore)
cli.command("list")(list_kinds)
cli.command("doctor")(doctor)
cli.command("new")(new)
cli.command("check")(check)


def show_version(wanted: bool) -> None:
    """Prints the version and ends."""
    if wanted:
        typer.echo(f"ebm {package_version()}")
        raise typer.Exit


@cli.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """A laboratory for energy-based models."""


def main() -> None:
    """The entry point of the package."""
    cli()


if __name__ == "__main__":
    main()
