"""The commands of `ebm`, one a file, and what they share: a clear end on bad input."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer

EXIT_BAD_INPUT = 2

PlugIns = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin",
        metavar="FILE|FOLDER|MODULE",
        help="Methods, samplers, distributions, energies or formulas of your own (also "
        "EBM_PLUGINS).",
    ),
]
"""An option of every command that trains or opens runs; it may be given more than once."""


def bring(plugins: list[str] | None) -> None:
    """Names plug-ins to the processes that this one starts, and to `ebm_core` once imported here.

    Where one is broken, they go on without it.
    """
    named = list(map(located, plugins or ()))
    before = os.environ.get("EBM_PLUGINS")
    if named:
        os.environ["EBM_PLUGINS"] = os.pathsep.join(named + ([before] if before else []))


def located(plugin: str) -> str:
    """The absolute path of a plug-in, or the name of its module; refuses what can be neither."""
    path = Path(plugin).expanduser()
    if path.exists():
        return str(path.resolve())
    if path.suffix == ".py" or not all(map(str.isidentifier, plugin.split("."))):
        refuse(f"there is no {path.absolute()}; give a file, folder or module")
    return plugin


def use_plugins(plugins: list[str] | None) -> None:
    """Puts plug-ins on the shelves; ends the command where one is broken.

    One that the environment or an installed package names is left out then, and all else works.
    """
    from ebm_core.plugins import given_troubles, use

    for trouble in given_troubles():
        typer.echo(f"a plug-in is left out: {trouble}", err=True)
    for plugin in plugins or ():
        try:
            use(located(plugin))
        except (OSError, ValueError) as error:
            refuse(str(error))


@contextlib.contextmanager
def plugins_apart() -> Iterator[None]:
    """What plug-ins print goes to standard error; an error of theirs ends the command in a line."""
    from ebm_core.plugins import mistake

    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except (Exception, SystemExit) as error:
        if (trouble := mistake(error)) is None:
            raise
        refuse(str(trouble))


def use_one_thread() -> None:
    """Holds torch to one core: these networks are small, and two threads wait for each other."""
    import torch

    torch.set_num_threads(1)


def refuse(message: str) -> NoReturn:
    """Says what is wrong on standard error and ends with exit code 2."""
    typer.echo(message, err=True)
    raise typer.Exit(EXIT_BAD_INPUT)


def told(error: Exception) -> str:
    """What went wrong in words: of a file that cannot be read, which and why, without numbers."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)
