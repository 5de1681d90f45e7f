"""`ebm train`: one run in the terminal, without a server."""

import json
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ebm_server.commands import PlugIns, plugins_apart, refuse, use_one_thread, use_plugins
from ebm_server.commands._described_run import (
    dataset_of,
    laid_over,
    of_preset,
    read_config,
    validated,
)
from ebm_server.commands._made_run import (
    as_options,
    begun,
    processes_in,
    refuse_beside,
    repeated,
    resumed,
    way_out,
)
from ebm_server.commands._processes import refuse_other_number, started_by_torchrun, together
from ebm_server.commands._remarks import remarks
from ebm_server.commands._run_folder import make_ready, write
from ebm_server.commands._updates import interruption, make_updates

if TYPE_CHECKING:
    from ebm_core import Training

EXIT_DIVERGED = 3
EXIT_INTERRUPTED = 130
INTERRUPTED = "it was interrupted"
TOLD = (
    "kl", "kl_data", "kl_best_temperature", "nll", "nll_kde", "nll_gaussian", "mass_outside",
    "frechet",
)  # fmt: skip
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
    processes: Annotated[
        int | None,
        typer.Option(
            help="Train it by so many processes, a core or a GPU each; torchrun's are as many as "
            "it has started."
        ),
    ] = None,
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

    Exit code 2: bad input, or a plug-in of your own fails; 3: training diverged; 4: one of its
    processes is gone; 130: interrupted.
    """
    use_one_thread()
    use_plugins(plugin)
    group = started_by_torchrun()
    if group and processes not in (None, group.size):
        refuse(f"--processes is {processes}, and torchrun has started {group.size}; drop it")
    asked = group.size if group else processes
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
        out, count = resume, processes_in(resume)
        refuse_other_number(resume, count, asked)
        make = partial(resumed, resume, seconds, updates, settings or [])
    elif out is None:
        refuse("--out is missing; name the folder that the run is to be saved in")
    elif repeat is not None:
        length = {"--seconds": seconds, "--updates": updates, "--set": settings or None}
        refuse_beside("--repeat makes", described_by, length)
        count = processes_in(repeat)
        refuse_other_number(repeat, count, asked)
        make = partial(repeated, repeat)
    else:
        described = {} if config is None else read_config(config)
        chosen = dataset_of(dataset, points, columns, labels, data, images, edge)
        if preset is not None:
            known = chosen or described.get("dataset") or {}
            described = of_preset(preset, known.get("kind"), described)
        given = laid_over(described, chosen, method, seconds, updates, seed, settings or [])
        with plugins_apart():
            run = validated(given if asked is None else {**given, "processes": asked})
        count, make = run.processes, partial(begun, run)
    with together(count, group, out) as ranks, plugins_apart():
        training = make(ranks)
        if resume is None:
            make_ready(out, force)
        for remark in training.dataset.remarks:
            typer.echo(as_options(remark), err=True)
        with interruption() as interrupted:
            quiet = as_json or not sys.stderr.isatty()
            reason = carry_out(training, out, quiet, interrupted)
    report(training, out, reason, as_json)
    if reason is not None:
        raise typer.Exit(EXIT_DIVERGED if reason != INTERRUPTED else EXIT_INTERRUPTED)


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
        if training.ranks.size == 1:  # else the others may wait for what does not come any more
            save()
        refuse(f"{trouble}; what was trained until update {saved} is saved in {out}")
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
