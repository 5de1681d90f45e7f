"""The commands of `ebm`, one a file, and what they share: a clear end on bad input."""

from typing import NoReturn

import typer

EXIT_BAD_INPUT = 2


def use_one_thread() -> None:
    """Holds torch to one core: these networks are small, and two threads wait for each other."""
    import torch

    torch.set_num_threads(1)


def refuse(message: str) -> NoReturn:
    """Says what is wrong on standard error and ends with exit code 2."""
    typer.echo(message, err=True)
    raise typer.Exit(EXIT_BAD_INPUT)
