"""The commands of `ebm`, one a file, and what they share: a clear end on bad input."""

from typing import NoReturn

import typer

EXIT_BAD_INPUT = 2


def refuse(message: str) -> NoReturn:
    """Says what is wrong on standard error and ends with exit code 2."""
    typer.echo(message, err=True)
    raise typer.Exit(EXIT_BAD_INPUT)
