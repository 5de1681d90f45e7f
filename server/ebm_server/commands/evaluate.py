"""`ebm eval`: the exact figures of a trained energy."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ebm_server.commands import PlugIns, plugins_apart, refuse, use_one_thread, use_plugins

if TYPE_CHECKING:
    from ebm_core import Training

MANY = 1000
"""Images that a likelihood is the mean over, and that its Gaussian lies around."""


def evaluate(
    directory: Annotated[Path, typer.Argument(help="A run's directory.")],
    bits: Annotated[
        bool,
        typer.Option(
            "--likelihood",
            help="Of images: log Z by annealed importance sampling, and bits a dimension. Minutes.",
        ),
    ] = False,
    attacked: Annotated[
        bool,
        typer.Option("--attack", help="Of JEM on images: accuracies on images changed a little."),
    ] = False,
    plugin: PlugIns = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Evaluates the saved energy on the fine grid."""
    from ebm_core import Training
    from ebm_core.plugins import mistake
    from ebm_core.runs.load import diverged

    use_one_thread()
    use_plugins(plugin)
    with plugins_apart():
        try:
            training = Training.resume(directory)
        except (OSError, ValueError) as error:
            refuse(str(mistake(error) or error))
        for remark in (*training.plugin_changes, *diverged(directory)):
            typer.echo(remark, err=True)
        try:
            figures = training.evaluate(thorough=True)
            if bits:
                figures |= likelihood_of(training)
            if attacked:
                figures |= robustness_of(training)
        except ValueError as error:
            refuse(f"it cannot be judged: {mistake(error) or error}")
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        typer.echo(f"{name:24} {value:.6g}")


def likelihood_of(training: "Training") -> dict[str, float]:
    """Bits a dimension of held-out images; ends the command where the data are none."""
    from ebm_core.datasets._image_set import ImageSet
    from ebm_core.evaluation.likelihood import likelihood
    from ebm_core.samplers.hmc import Hmc

    config, dataset = training.config, training.dataset
    if not isinstance(dataset, ImageSet):
        refuse("--likelihood is of images; in the plane log_z is exact, and nll says the rest")
    train, test = dataset.split("train"), dataset.split("test")
    temperature = config.method.display_sampler(dataset.shape).sampled_temperature
    typer.echo(f"log Z of exp(-E / T) with T = {temperature:.3g}, that of its chains", err=True)
    return likelihood(
        training.network,
        temperature,
        Hmc(),
        dataset.grey(train.images[:MANY]).to(training.device),
        test.images[:MANY],
        dataset.levels,
    )


def robustness_of(training: "Training") -> dict[str, float]:
    """Accuracies under attack by classifier, norm and radius, where black and white are 1 apart."""
    from ebm_core.playground.robustness import attack

    found = attack(training)
    return {
        f"{classifier}_{norm}_{radius:g}": accuracy
        for classifier, by_norm in found.accuracies.items()
        for norm, accuracies in by_norm.items()
        for radius, accuracy in zip(found.radii[norm], accuracies, strict=True)
    }
