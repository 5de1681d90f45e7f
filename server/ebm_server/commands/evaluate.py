"""`ebm eval`: the exact figures of a trained energy."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ebm_server.commands import PlugIns, plugins_apart, refuse, use_one_thread, use_plugins


def evaluate(
    directory: Annotated[Path, typer.Argument(help="A run's directory.")],
    plugin: PlugIns = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Evaluates the saved energy on the fine grid."""
    from ebm_core import Training
    from ebm_core.plugins import mistake

    use_one_thread()
    use_plugins(plugin)
    with plugins_apart():
        try:
            training = Training.resume(directory)
        except (OSError, ValueError) as error:
            refuse(str(mistake(error) or error))
        for change in training.plugin_changes:
            typer.echo(change, err=True)
        try:
            figures = training.evaluate(thorough=True)
        except ValueError as error:
            refuse(f"it cannot be judged: {mistake(error) or error}")
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        typer.echo(f"{name:24} {value:.6g}")
