"""The run that the options of `ebm train` describe."""

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ebm_server.commands import refuse, told

if TYPE_CHECKING:
    from ebm_core import RunConfig


FILES = {"points": "--points FILE", "images": "--images PATH"}
"""Datasets that are nothing without a file."""


def laid_over(
    given: dict[str, Any],
    dataset: dict[str, Any] | None,
    method: str | None,
    seconds: float | None,
    updates: int | None,
    seed: int | None,
    settings: list[str],
) -> dict[str, Any]:
    """What a file says of a run with the options over it, before validation."""
    from ebm_core.runs.config import laid_under

    options: dict[str, Any] = {"seconds": seconds, "updates": updates, "seed": seed}
    options |= {"dataset": dataset, "method": None if method is None else {"kind": method}}
    if seconds is not None:
        given.pop("updates", None)
    if updates is not None:
        given.pop("seconds", None)
    told = {name: value for name, value in options.items() if value is not None}
    return laid_under(given, told, *map(setting, settings))


def of_preset(name: str, dataset: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """A preset for a data set, with what a file says of the run over it."""
    from ebm_core.presets import preset_called
    from ebm_core.presets.run import part
    from ebm_core.runs.config import laid_under

    try:
        preset = preset_called(name)
        if dataset is None:
            refuse(f"--preset {name} is a recipe for {', '.join(preset.on)}; name one by --dataset")
        run = part(preset, dataset)
    except ValueError as error:
        refuse(str(error))
    if "seconds" in given or "updates" in given:
        run = {path: value for path, value in run.items() if path not in ("seconds", "updates")}
    return laid_under(run, given)


def read_config(path: Path) -> dict[str, Any]:
    """What a TOML file says of a run."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        refuse(told(error))
    except ValueError as error:
        refuse(f"{path}: {error}")


def dataset_of(
    kind: str | None,
    points: Path | None,
    columns: str | None,
    labels: str | None,
    data: Path | None,
    images: Path | None,
    edge: int | None,
) -> dict[str, Any] | None:
    """The dataset that is named, or that of a file of points, or of pictures."""
    sources = {"--points": points, "--images": images, "--data": data}
    if len(several := [flag for flag, value in sources.items() if value is not None]) > 1:
        refuse(f"{' and '.join(several)} each bring data; drop all but one")
    if data is not None:
        return published(kind, data)
    if images is not None:
        if kind not in (None, "images"):
            refuse(f"--images gives the dataset 'images', and --dataset is {kind!r}; drop one")
        return read_images(images, edge, labels)
    if edge is not None:
        refuse("--edge is that of pictures; give them with --images PATH")
    if points is None:
        if columns is not None or labels is not None:
            refuse("--columns and --labels choose from a file; give it with --points FILE")
        if kind in FILES:
            refuse(f"--dataset {kind} is a file of your own; give it by {FILES[kind]}")
        return None if kind is None else {"kind": kind}
    if kind not in (None, "points"):
        refuse(f"--points gives the dataset 'points', and --dataset is {kind!r}; drop one")
    return read_points(points, columns, labels)


def published(kind: str | None, data: Path) -> dict[str, Any]:
    """A published set from a copy of its files."""
    from ebm_core.datasets import DATASETS
    from ebm_core.setting import local_fields

    known = [name for name, dataset in DATASETS.items() if "data" in local_fields(dataset)]
    if kind not in known:
        refuse(f"--data is a copy of a published set; name it by --dataset: {', '.join(known)}")
    return {"kind": kind, "data": str(data)}


def read_images(path: Path, edge: int | None, labels: str | None) -> dict[str, Any]:
    """The dataset of pictures at a path; what was decided of them is said on standard error."""
    import numpy as np

    from ebm_core.contracts.frozen_array import FrozenArray
    from ebm_core.pictures import read_pictures

    try:
        read = read_pictures(path, edge, labels=labels)
    except OSError as error:
        refuse(f"--images {told(error)}")
    except ValueError as error:
        refuse(str(error))
    for message in read.messages:
        typer.echo(f"{path.name}: {message}", err=True)
    classes = None if read.labels is None else FrozenArray(read.labels, np.int64)
    pictures = FrozenArray(read.pictures, np.uint8)
    return {"kind": "images", "pictures": pictures, "labels": classes}


def read_points(path: Path, columns: str | None, labels: str | None) -> dict[str, Any]:
    """The dataset of a file of points; what was decided of it is said on standard error."""
    from ebm_core.datasets import points
    from ebm_core.tables import names_in

    names = None if columns is None else names_in(columns)
    try:
        read = points.read_points(path.read_bytes(), path.name, names, labels)
    except OSError as error:
        refuse(f"--points {path}: {error.strerror}; name a table such as CSV or NPY")
    except ValueError as error:
        refuse(str(error))
    for message in read.messages:
        typer.echo(f"{path.name}: {message}", err=True)
    return read.points.model_dump()


def setting(text: str) -> dict[str, Any]:
    """`method.chain_steps=4` as nested dicts; values are JSON, or else text."""
    path, value = path_and_value(text)
    nested: Any = value
    for name in reversed(path.split(".")):
        nested = {name: nested}
    result: dict[str, Any] = nested
    return result


def path_and_value(text: str) -> tuple[str, Any]:
    """The two sides of `method.chain_steps=4`."""
    path, equals, value = text.partition("=")
    if not equals or not path:
        refuse(f"--set {text}: write PATH=VALUE, such as method.chain_steps=4")
    try:
        return path, json.loads(value)
    except json.JSONDecodeError:
        return path, value


def validated(given: dict[str, Any]) -> "RunConfig":
    """The run, or exit 2 with every problem on a line of its own."""
    from ebm_core import RunConfig
    from ebm_core.runs.at_hand import refuse_missing_device
    from ebm_core.runs.problems import checked

    try:
        run = checked(RunConfig, given)
        refuse_missing_device(run)
    except ValueError as error:
        refuse(str(error))
    return run
