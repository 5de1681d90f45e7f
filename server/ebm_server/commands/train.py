"""`ebm train`: one run in the terminal, without a server."""

import json
import re
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ebm_server.commands import PlugIns, plugins_apart, refuse, use_one_thread, use_plugins
from ebm_server.commands._described_run import (
    dataset_of,
    laid_over,
    of_preset,
    path_and_value,
    read_config,
    validated,
)
from ebm_server.commands._remarks import remarks
from ebm_server.commands._run_folder import make_ready, refuse_unwritable, write
from ebm_server.commands._updates import interruption, make_updates

if TYPE_CHECKING:
    from ebm_core import Training

EXIT_DIVERGED = 3
EXIT_INTERRUPTED = 130
INTERRUPTED = "it was interrupted"
TOLD = ("kl", "kl_best_temperature", "nll", "nll_kde", "nll_gaussian", "mass_outside", "frechet")
"""Figures that are printed at the end."""


def train(
    config: Annotated[
        Path | None, typer.Argument(help="A run as TOML; options given beside it win.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the checkpoint, events and metrics.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="Kind of the distribution.")] = None,
    method: Annotated[str | None, typer.Option(help="Kind of the method.")] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help="A paper's recipe for the --dataset, such as igebm; what stands beside it wins. "
            "`ebm list presets` has them."
        ),
    ] = None,
    points: Annotated[
        Path | None,
        typer.Option(help="A table of your own points, such as CSV or NPY; the dataset 'points'."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(metavar="X,Y", help="Two columns of --points, by name or by number from 1."),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            help="For jem: the column of --points with classes, or an NPY file of the classes of "
            "--images; without it their sub-folders are classes."
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(help="Pictures of your own: a folder, a zip archive or an NPY file."),
    ] = None,
    edge: Annotated[
        int | None, typer.Option(help="Pixels along an edge, to which --images are scaled.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="A copy of the files of --dataset mnist, fashion_mnist or cifar10."),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Training time, of one core. 30 if no length is given.")
    ] = None,
    updates: Annotated[int | None, typer.Option(help="Length in updates, instead.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights, data and chains.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="PATH=VALUE", help="Any field, such as method.chain_steps=4."
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Go on with the run there; --set changes its live fields."
        ),
    ] = None,
    repeat: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Make the run there again, exactly: into --out, bit for bit."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a run that is in --out.")] = False,
    plugin: PlugIns = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Trains an energy and saves it, also on the way and on Ctrl-C.

    Exit code 2: bad input, or a plug-in of your own fails; 3: training diverged; 130: interrupted.
    """
    use_one_thread()
    use_plugins(plugin)
    described_by = {
        "CONFIG": config,
        "--dataset": dataset,
        "--method": method,
        "--preset": preset,
        "--points": points,
        "--columns": columns,
        "--labels": labels,
        "--images": images,
        "--edge": edge,
        "--data": data,
        "--seed": seed,
    }
    if resume is not None:
        refuse_beside(
            "--resume goes on with", {"--out": out, "--force": force or None}, described_by
        )
        out = resume
        with plugins_apart():
            training = resumed(resume, seconds, updates, settings or [])
    elif out is None:
        refuse("--out is missing; name the folder that the run is to be saved in")
    elif repeat is not None:
        length = {"--seconds": seconds, "--updates": updates, "--set": settings or None}
        refuse_beside("--repeat makes", described_by, length)
        with plugins_apart():
            training = repeated(repeat)
        make_ready(out, force)
    else:
        described = {} if config is None else read_config(config)
        chosen = dataset_of(dataset, points, columns, labels, data, images, edge)
        if preset is not None:
            known = chosen or described.get("dataset") or {}
            described = of_preset(preset, known.get("kind"), described)
        whole = laid_over(described, chosen, method, seconds, updates, seed, settings or [])
        with plugins_apart():
            training = begun(whole)
        make_ready(out, force)
    for remark in training.dataset.remarks:
        typer.echo(as_options(remark), err=True)
    with interruption() as interrupted, plugins_apart():
        quiet = as_json or not sys.stderr.isatty()
        reason = carry_out(training, out, quiet, interrupted)
    report(training, out, reason, as_json)
    if reason is not None:
        raise typer.Exit(EXIT_DIVERGED if reason != INTERRUPTED else EXIT_INTERRUPTED)


def as_options(remark: str) -> str:
    """A remark on the data, its settings as options of the command line."""
    return re.sub(r"`([\w.]+=[^`]+)`", r"--set \1", remark)


def refuse_beside(what: str, *options: dict[str, Any]) -> None:
    """Ends the command where options are given that a run as it is has no place for."""
    given = [name for part in options for name, value in part.items() if value is not None]
    if given:
        refuse(f"{what} the run as it is; drop {', '.join(given)}")


def repeated(folder: Path) -> "Training":
    """The run that a folder holds, from its start; ends the command if it cannot be made again."""
    from ebm_core import Training

    try:
        return Training.repeated(folder)
    except (OSError, ValueError, RuntimeError) as error:
        refuse(str(error))


def begun(given: dict[str, Any]) -> "Training":
    """The run before its first update; ends the command where its parts do not fit together."""
    from ebm_core import Training

    try:
        return Training(validated(given))
    except ValueError as error:
        refuse(str(error))


def resumed(
    folder: Path, seconds: float | None, updates: int | None, settings: list[str]
) -> "Training":
    """The run that a folder holds, with what is to be changed; ends the command if it cannot."""
    from ebm_core import Training
    from ebm_core.runs.load import DIVERGED

    try:
        training = Training.resume(folder)
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


def carry_out(
    training: "Training", out: Path, quiet: bool, interrupted: threading.Event
) -> str | None:
    """Makes the updates and saves the run; why it ended early, if it did."""
    from ebm_core import TrainingDiverged
    from ebm_core.plugins import mistake
    from ebm_core.runs.load import DIVERGED

    saved = 0

    def save() -> None:
        nonlocal saved
        write(training, out)
        saved = training.step

    save()
    try:
        make_updates(training, quiet, save, interrupted)
    except TrainingDiverged as error:
        (out / DIVERGED).write_text(str(error), encoding="utf-8")
        typer.echo(
            f"training diverged: {as_options(str(error))}\n"
            f"{out} holds the run as it was at update {saved:,}; "
            "resumed without a change it diverges again. Change a live field, such as\n"
            f"  {way_out(training, out)}",
            err=True,
        )
        return str(error)
    except (Exception, SystemExit) as error:
        if (trouble := mistake(error)) is None:
            raise
        save()
        refuse(f"{trouble}; what was trained until update {training.step} is saved in {out}")
    save()
    (out / DIVERGED).unlink(missing_ok=True)
    if not training.finished:
        typer.echo(f"go on with it by\n  ebm train --resume {out}", err=True)
        return INTERRUPTED
    try:
        training.evaluate(thorough=True)
    except ValueError as error:
        typer.echo(f"it cannot be judged: {error}", err=True)
    save()
    return None


def report(training: "Training", out: Path, reason: str | None, as_json: bool) -> None:
    """Says how the run has ended."""
    if as_json:
        result = {
            "out": str(out),
            "updates": training.step,
            "seconds": round(training.seconds, 2),
            "reason": reason,
            "metrics": training.metrics,
        }
        typer.echo(json.dumps(result))
    else:
        known = [name for name in TOLD if name in training.metrics]
        figures = ", ".join(f"{name} {training.metrics[name]:.4f}" for name in known)
        done = f"{training.step} updates in {training.seconds:.1f} s"
        typer.echo(f"{done}{': ' if figures else ''}{figures}\nsaved in {out}")
        if reason is None and training.config.seconds is not None:
            again = f"ebm train --repeat {out} --out FOLDER"
            typer.echo(
                f"by time, each run is another; this one is made again exactly by\n  {again}"
            )
    if reason is None and not as_json:
        for words in remarks(training):
            typer.echo(words, err=True)
