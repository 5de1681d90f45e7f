"""`ebm sample`: samples of a trained energy."""

import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ebm_server.commands import PlugIns, plugins_apart, refuse, use_one_thread, use_plugins

if TYPE_CHECKING:
    from ebm_core.runs.trained import TrainedEnergy

SEEDS = 2**53


def sample(
    directory: Annotated[Path, typer.Argument(help="A run's folder.")],
    count: Annotated[int, typer.Option(min=1, max=10_000_000, help="Samples.")] = 1000,
    steps: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help="Chain steps each; as many as it takes without."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=SEEDS - 1, help="Of the chains.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="A .npy or .csv file; without it, rows of text on standard output."),
    ] = None,
    plugin: PlugIns = None,
) -> None:
    """Draws samples as the run's method promises them, in the units of its data; says on standard
    error how they are made."""
    import numpy as np

    from ebm_core import load
    from ebm_core.plugins import mistake

    if out is not None:
        refuse_unwritable(out)
    use_one_thread()
    use_plugins(plugin)
    with plugins_apart():
        try:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                energy = load(directory)
        except (OSError, ValueError, RuntimeError) as error:
            refuse(str(mistake(error) or error))
        for warning in told:
            typer.echo(str(warning.message), err=True)
        try:
            points = drawn(energy, count, steps, seed)
        except ValueError as error:
            refuse(str(mistake(error) or error))
    if out is not None and out.suffix.lower() == ".npy":
        np.save(out, points)
    else:
        names = energy.config.dataset.entry_names
        write_csv(sys.stdout if out is None else out, points, names, header=out is not None)


def refuse_unwritable(out: Path) -> None:
    """Ends the command, before it samples, where the file could not be written."""
    if out.is_dir():
        refuse(f"--out {out} is a folder; name a file in it, such as {out / 'samples.csv'}")
    if out.suffix.lower() not in (".npy", ".csv"):
        refuse(f"--out {out}: samples are written as .npy or .csv; end its name so")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.exists():
            out.open("ab").close()
        else:
            tempfile.TemporaryFile(dir=out.parent).close()
    except OSError as error:
        refuse(f"cannot write {out}: {error.strerror}; choose another --out")


def drawn(energy: "TrainedEnergy", count: int, steps: int | None, seed: int) -> Any:
    """The samples, some at a time, with a bar on standard error where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    typer.echo(energy.drawing(steps).description, err=True)
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("samples", total=count)
        return energy.sample(count, steps, seed, lambda made: bar.advance(task, made)).numpy()


def write_csv(file: Any, points: Any, names: tuple[str, ...], header: bool) -> None:
    """A row a sample, with as many digits as its type holds."""
    import pandas as pd

    table = pd.DataFrame(points.reshape(len(points), -1))
    table.to_csv(file, header=list(names) if header else False, index=False)
