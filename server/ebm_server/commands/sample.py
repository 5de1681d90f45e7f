"""`ebm sample`: samples of a trained energy."""

import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ebm_server.commands import PlugIns, refuse, use_one_thread, use_plugins

if TYPE_CHECKING:
    from ebm_core.runs.trained import TrainedEnergy

AT_ONCE = 5_000
"""Samples that are drawn together: memory stays bounded, and progress can be shown."""
SEEDS = 2**53


def sample(
    directory: Annotated[Path, typer.Argument(help="A run's folder.")],
    count: Annotated[int, typer.Option(min=1, max=10_000_000, help="Samples.")] = 1000,
    steps: Annotated[int, typer.Option(min=1, max=1_000_000, help="Chain steps each.")] = 500,
    seed: Annotated[int, typer.Option(min=0, max=SEEDS - 1, help="Of the chains.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="A .npy or .csv file; without it, rows of text on standard output."),
    ] = None,
    plugin: PlugIns = None,
) -> None:
    """Draws samples as the run's method promises them, in the units of its data."""
    import numpy as np

    from ebm_core import load

    if out is not None:
        refuse_unwritable(out)
    use_one_thread()
    use_plugins(plugin)
    try:
        with warnings.catch_warnings(record=True) as told:
            energy = load(directory)
    except (OSError, ValueError, RuntimeError) as error:
        refuse(str(error))
    for warning in told:
        typer.echo(str(warning.message), err=True)
    try:
        points = drawn(energy, count, steps, seed)
    except ValueError as error:
        refuse(str(error))
    if out is not None and out.suffix == ".npy":
        np.save(out, points)
    else:
        write_csv(sys.stdout if out is None else out, points, header=out is not None)


def refuse_unwritable(out: Path) -> None:
    """Ends the command, before it samples, where the file could not be written."""
    if out.is_dir():
        refuse(f"--out {out} is a folder; name a file in it, such as {out / 'samples.csv'}")
    if out.suffix not in (".npy", ".csv"):
        refuse(f"--out {out}: samples are written as .npy or .csv; end its name so")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.exists():
            out.open("ab").close()
        else:
            tempfile.TemporaryFile(dir=out.parent).close()
    except OSError as error:
        refuse(f"cannot write {out}: {error.strerror}; choose another --out")


def drawn(energy: "TrainedEnergy", count: int, steps: int, seed: int) -> Any:
    """The samples, some at a time, with a bar on standard error where that is a terminal."""
    import numpy as np
    from rich.console import Console
    from rich.progress import Progress

    parts = []
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("samples", total=count)
        for first in range(0, count, AT_ONCE):
            size = min(AT_ONCE, count - first)
            # every part has a seed of its own, which no other seed of a person's is likely to give
            own = (seed + first * 2_654_435_761) % SEEDS
            parts.append(energy.sample(size, steps=steps, seed=own).numpy())
            bar.update(task, completed=first + size)
    return np.concatenate(parts)


def write_csv(file: Any, points: Any, header: bool) -> None:
    """A row a sample, with as many digits as its type holds."""
    import pandas as pd

    table = pd.DataFrame(points.reshape(len(points), -1))
    width = table.shape[1]
    table.columns = ["x", "y"] if width == 2 else [f"pixel {place + 1}" for place in range(width)]
    table.to_csv(file, header=header, index=False)
