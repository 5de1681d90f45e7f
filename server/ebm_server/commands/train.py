"""`ebm train`: one run in the terminal, without a server."""

import json
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ebm_server.commands import PlugIns, refuse, use_one_thread, use_plugins

if TYPE_CHECKING:
    from ebm_core import RunConfig, Training

EXIT_DIVERGED = 3


def train(
    out: Annotated[Path, typer.Option(help="Directory for the checkpoint, events and metrics.")],
    config: Annotated[
        Path | None, typer.Argument(help="A run as TOML; options given beside it win.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="Kind of the distribution.")] = None,
    method: Annotated[str | None, typer.Option(help="Kind of the method.")] = None,
    points: Annotated[
        Path | None,
        typer.Option(help="A table of your own points, such as CSV or NPY; the dataset 'points'."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(metavar="X,Y", help="Two columns of --points, by name or by number from 1."),
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="The column of --points with classes, for jem.")
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
    plugin: PlugIns = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Trains an energy and saves it. Exit code 2: bad input; 3: training diverged."""
    use_one_thread()
    use_plugins(plugin)
    if points is not None:
        own = read_points(points, columns, labels)
    elif columns is not None or labels is not None:
        refuse("--columns and --labels choose from a file; give it with --points FILE")
    else:
        own = None
    given = described(config, dataset, method, own, seconds, updates, seed, settings or [])
    run = validated(given)

    from ebm_core import Training, TrainingDiverged

    training = Training(run)
    try:
        make_updates(training, quiet=as_json or not sys.stderr.isatty())
        reason = None
    except TrainingDiverged as error:
        reason = str(error)
    write(training, out)
    result = {
        "out": str(out),
        "updates": training.step,
        "seconds": round(training.seconds, 2),
        "reason": reason,
        "metrics": training.metrics,
    }
    if as_json:
        typer.echo(json.dumps(result))
    else:
        figures = ", ".join(
            f"{name} {training.metrics[name]:.4f}"
            for name in ("kl", "kl_best_temperature", "nll", "mass_outside", "frechet")
            if name in training.metrics
        )
        typer.echo(
            f"{training.step} updates in {training.seconds:.1f} s: {figures}\nsaved in {out}"
        )
    if reason is not None:
        typer.echo(f"training diverged: {reason}", err=True)
        raise typer.Exit(EXIT_DIVERGED)


def described(
    config: Path | None,
    dataset: str | None,
    method: str | None,
    points: dict[str, Any] | None,
    seconds: float | None,
    updates: int | None,
    seed: int | None,
    settings: list[str],
) -> dict[str, Any]:
    """The run that the command line describes, before validation."""
    from ebm_core.runs.config import laid_under

    given = {} if config is None else read_config(config)
    options: dict[str, Any] = {}
    if points is not None:
        if dataset not in (None, "points"):
            refuse(f"--points gives the dataset 'points', and --dataset is {dataset!r}; drop one")
        options["dataset"] = points
    elif dataset is not None:
        options["dataset"] = {"kind": dataset}
    if method is not None:
        options["method"] = {"kind": method}
    for name, value in (("seconds", seconds), ("updates", updates), ("seed", seed)):
        if value is not None:
            options[name] = value
    if seconds is not None:
        given.pop("updates", None)
    if updates is not None:
        given.pop("seconds", None)
    return laid_under(given, options, *map(setting, settings))


def read_config(path: Path) -> dict[str, Any]:
    """What a TOML file says of a run."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        refuse(f"{path}: {error}")


def read_points(path: Path, columns: str | None, labels: str | None) -> dict[str, Any]:
    """The dataset of a file of points; what was decided of it is said on standard error."""
    from ebm_core.datasets import points
    from ebm_core.tables import names_in

    names = None if columns is None else names_in(columns)
    try:
        read = points.read_points(path.read_bytes(), path.name, names, labels)
    except (OSError, ValueError) as error:
        refuse(str(error))
    for message in read.chosen.messages:
        typer.echo(f"{path.name}: {message}", err=True)
    return read.points.model_dump()


def setting(text: str) -> dict[str, Any]:
    """`method.chain_steps=4` as nested dicts; values are JSON, or else text."""
    path, equals, value = text.partition("=")
    if not equals or not path:
        refuse(f"--set {text}: write PATH=VALUE, such as method.chain_steps=4")
    try:
        nested: Any = json.loads(value)
    except json.JSONDecodeError:
        nested = value
    for name in reversed(path.split(".")):
        nested = {name: nested}
    result: dict[str, Any] = nested
    return result


def validated(given: dict[str, Any]) -> "RunConfig":
    """The run, or exit 2 with every problem on a line of its own."""
    from pydantic import ValidationError

    from ebm_core import RunConfig
    from ebm_core.runs.config import refuse_missing_device
    from ebm_core.runs.problems import problems

    try:
        run = RunConfig.model_validate(given)
        refuse_missing_device(run)
    except ValidationError as error:
        refuse("\n".join(map(str, problems(RunConfig, error))))
    except ValueError as error:
        refuse(str(error))
    return run


def make_updates(training: "Training", quiet: bool) -> None:
    """Trains to the end, with a bar on standard error unless `quiet`."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.completed:,} / {task.total:,} updates"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[figure]}"),
    )
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("", total=training.horizon or 1000, figure="")
        share = 0.05
        evaluated = 0.0
        cost = 0.0
        while not training.finished:
            training.update()
            if not quiet and training.seconds - evaluated > cost / share:
                before = training.seconds
                figures = training.evaluate()
                cost, evaluated = training.seconds - before, training.seconds
                name = next((name for name in ("kl", "nll", "frechet") if name in figures), None)
                figure = f"{name} {figures[name]:.4f}" if name else ""
                bar.update(task, figure=figure)
            bar.update(task, completed=training.step, total=training.horizon or 1000)
    training.evaluate(thorough=True)


def write(training: "Training", out: Path) -> None:
    """The checkpoint, and config, events and metrics for people and scripts."""
    from ebm_core.runs.config import arrays_of

    training.save(out)
    records = {
        "config.json": training.config.model_dump(mode="json", context=arrays_of(out)),
        "events.json": [event.model_dump(mode="json") for event in training.events],
        "metrics.json": training.metrics,
    }
    for name, record in records.items():
        (out / name).write_text(json.dumps(record, indent=1), encoding="utf-8")
