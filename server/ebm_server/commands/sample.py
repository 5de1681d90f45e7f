"""`ebm sample`: samples of a trained energy."""

import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from ebm_server.commands import PlugIns, refuse, use_one_thread, use_plugins


def sample(
    directory: Annotated[Path, typer.Argument(help="A run's directory.")],
    count: Annotated[int, typer.Option(min=1, max=1_000_000, help="Samples.")] = 1000,
    steps: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help="Chain steps each; as many as it takes without."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the chains.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="A .npy file; without it, rows of text on standard output.")
    ] = None,
    plugin: PlugIns = None,
) -> None:
    """Samples of what the method promises; says on standard error how they are made."""
    import numpy as np

    from ebm_core import load

    use_one_thread()
    use_plugins(plugin)
    try:
        with warnings.catch_warnings(record=True) as told:
            energy = load(directory)
    except (OSError, ValueError) as error:
        refuse(str(error))
    for warning in told:
        typer.echo(str(warning.message), err=True)
    try:
        typer.echo(energy.drawing(steps).description, err=True)
        with typer.progressbar(length=count, label="samples", file=sys.stderr) as bar:
            points = energy.sample(count, steps, seed, bar.update).numpy()
    except ValueError as error:
        refuse(str(error))
    if out is not None:
        np.save(out, points)
    else:
        np.savetxt(sys.stdout, points.reshape(len(points), -1), fmt="%.6g", delimiter=",")
