"""The run that `ebm train` makes: begun, gone on with, or made again."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ebm_server.commands import refuse
from ebm_server.commands._described_run import path_and_value
from ebm_server.commands._run_folder import refuse_unwritable

if TYPE_CHECKING:
    from ebm_core import RunConfig, Training
    from ebm_core.ranks import Ranks


def as_options(remark: str) -> str:
    """A remark on the data, its settings as options of the command line."""
    return re.sub(r"`([\w.]+=[^`]+)`", r"--set \1", remark)


def refuse_beside(what: str, *options: dict[str, Any]) -> None:
    """Ends the command where options are given that a run as it is has no place for."""
    given = [name for part in options for name, value in part.items() if value is not None]
    if given:
        refuse(f"{what} the run as it is; drop {', '.join(given)}")


def processes_in(folder: Path) -> int:
    """How many processes train the run that a folder holds; ends the command if it holds none."""
    from ebm_core.runs.checkpoint import processes_of

    try:
        return processes_of(folder)
    except (OSError, ValueError) as error:
        refuse(str(error))


def repeated(folder: Path, ranks: "Ranks") -> "Training":
    """The run that a folder holds, from its start; ends the command if it cannot be made again."""
    from ebm_core import Training

    try:
        return Training.repeated(folder, ranks)
    except (OSError, ValueError, RuntimeError) as error:
        refuse(str(error))


def begun(config: "RunConfig", ranks: "Ranks") -> "Training":
    """The run before its first update; ends the command where its parts do not fit together."""
    from ebm_core import Training

    try:
        return Training(config, ranks=ranks)
    except ValueError as error:
        refuse(str(error))


def resumed(
    folder: Path,
    seconds: float | None,
    updates: int | None,
    settings: list[str],
    ranks: "Ranks",
) -> "Training":
    """The run that a folder holds, with what is to be changed; ends the command if it cannot."""
    from ebm_core import Training
    from ebm_core.runs.load import DIVERGED

    try:
        training = Training.resume(folder, ranks=ranks)
        for path, value in map(path_and_value, settings):
            training.change(path, value)
        if seconds is not None:
            if training.config.seconds is None:
                raise ValueError("this run's length is in updates; give it by --updates")
            if training.step:
                speed = training.step / max(training.seconds, 1e-9)
                training.change("updates", round(speed * seconds))
            training.change("seconds", seconds)  # whose speed is measured on
        if updates is not None:
            training.change("updates", updates)
    except (OSError, ValueError, RuntimeError) as error:
        refuse(str(error))
    for change in training.plugin_changes:
        typer.echo(change, err=True)
    if (folder / DIVERGED).is_file():
        told_of_divergence(training, folder, changed=bool(settings))
    if training.finished:
        refuse(
            f"the run in {folder} is finished after {training.step:,} updates and "
            f"{training.seconds:.1f} s; go on longer by --updates or --seconds"
        )
    refuse_unwritable(folder)
    return training


def told_of_divergence(training: "Training", folder: Path, changed: bool) -> None:
    """Says why the run in a folder diverged, and that it does so again where nothing is changed."""
    from ebm_core.runs.load import DIVERGED

    reason = as_options((folder / DIVERGED).read_text(encoding="utf-8"))
    if changed:
        typer.echo(f"the run had diverged: {reason}", err=True)
        return
    typer.echo(
        f"the run had diverged: {reason}\nresumed as it is, it would repeat the same failure; "
        f"change a live field, such as\n  {way_out(training, folder)}",
        err=True,
    )


def way_out(training: "Training", folder: Path) -> str:
    """A command that goes on with a diverged run otherwise."""
    rate = training.config.optimization.learning_rate / 2
    return f"ebm train --resume {folder} --set optimization.learning_rate={rate:g}"
