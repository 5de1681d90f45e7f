"""`ebm sample`: samples of a trained energy."""

import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from ebm_server.commands import PlugIns, plugins_apart, refuse, use_one_thread, use_plugins


def sample(
    directory: Annotated[Path, typer.Argument(help="A run's directory.")],
    count: Annotated[int, typer.Option(min=1, max=1_000_000, help="Samples.")] = 1000,
    steps: Annotated[int, typer.Option(min=1, max=1_000_000, help="Chain steps each.")] = 500,
    seed: Annotated[int, typer.Option(help="Of the chains.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="A .npy file; without it, rows of text on standard output.")
    ] = None,
    plugin: PlugIns = None,
) -> None:
    """Runs the method's sampler from noise, or from the run's own chains where it keeps some."""
    import numpy as np

    from ebm_core import load
    from ebm_core.plugins import mistake

    use_one_thread()
    use_plugins(plugin)
    with plugins_apart():
        try:
            with warnings.catch_warnings(record=True) as told:
                energy = load(directory)
        except (OSError, ValueError) as error:
            refuse(str(mistake(error) or error))
        for warning in told:
            typer.echo(str(warning.message), err=True)
        points = energy.sample(count, steps=steps, seed=seed).numpy()
    if out is not None:
        np.save(out, points)
    else:
        np.savetxt(sys.stdout, points.reshape(len(points), -1), fmt="%.6g", delimiter=",")
