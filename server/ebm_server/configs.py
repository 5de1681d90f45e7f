"""What the server asks of `ebm_core` about configs. Importing this imports torch."""

from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import torch
from pydantic import BaseModel, ValidationError

from ebm_core.contracts.frozen_array import ArrayFolder
from ebm_core.contracts.frozen_array import Reference as ArrayReference
from ebm_core.datasets._published import FOLDER
from ebm_core.datasets.points import PointsRead, read_points
from ebm_core.runs.at_hand import refuse_missing_device
from ebm_core.runs.changes import (
    Change,
    changed,
    refuse_unknown_length,
    size_at,
    value_at,
    value_inside,
)
from ebm_core.runs.config import DATASET, PLUGINS, RunConfig, saved
from ebm_core.runs.cost import cost_of
from ebm_core.runs.display import true_density
from ebm_core.runs.portable import portable_at
from ebm_core.runs.problems import allowed, problems
from ebm_core.runs.snapshots import NoSnapshot
from ebm_core.setting import local_fields
from ebm_core.tables import BadFile, names_in
from ebm_server.limits import MB, Limits
from ebm_server.protocol.messages import Problem
from ebm_server.protocol.packed_energy import pack_energy
from ebm_server.protocol.packing import quantise
from ebm_server.protocol.points import FileProblem, OwnPoints, Reference
from ebm_server.refusals import Invalid, Refused

PREVIEW = 300
"""Points that are sent back of a file, at most."""
HEAD = 8
"""Rows that are sent back of its table."""


def complete(given: dict[str, Any], points: Path, most: Limits, elsewhere: bool) -> dict[str, Any]:
    """The whole config of a run from a part of it, as JSON; its points are kept in a folder.

    Args:
        elsewhere: It trains on other machines: whether its device is there is not known here.

    Raises:
        Invalid: Fields are missing, unknown or out of their bounds, or it would cost too much.
    """
    try:
        config = RunConfig.model_validate(given, context=ArrayFolder(points))
    except ValidationError as error:
        found = problems(RunConfig, error)
        raise Invalid([Problem(**problem._asdict()) for problem in found]) from error
    try:
        if not elsewhere:
            refuse_missing_device(config)
    except ValueError as error:
        where = {"path": "device", "value": config.device, "message": str(error)}
        raise Invalid([Problem(**where, allowed="cpu")]) from error
    refuse_misfit(config)
    refuse_local(config)
    if costly := too_costly(config, most):
        raise Invalid(costly)
    return config.model_dump(mode="json", context=ArrayFolder(points))


def refuse_misfit(config: RunConfig) -> None:
    """Refuses an energy that does not take the data, and a method that cannot learn by it.

    Raises:
        Invalid: Which of the two, and why.
    """
    path, kind = "energy", config.energy.kind  # type: ignore[attr-defined]
    try:
        with torch.device("meta"):  # it is looked at, not made
            network = config.method.network(config.energy, config.dataset.shape)
        path, kind = "method", config.method.kind  # type: ignore[attr-defined]
        config.method.refuse(config.dataset.classes, network)
    except ValueError as error:
        raise Invalid([Problem(path=path, value=kind, message=str(error))]) from error


def refuse_local(config: RunConfig) -> None:
    """Refuses what names a file of the server's machine: a page may not read there.

    Raises:
        Invalid: For each such field.
    """
    found = [
        Problem(
            path=f"{part}.{name}",
            value=value,
            message="a page cannot name files of the server's machine; put them where the server "
            f"keeps published sets ({FOLDER}), and leave this out",
            allowed="null",
        )
        for part, holder in (("dataset", config.dataset), ("energy", config.energy))
        for name in local_fields(type(holder))
        if (value := getattr(holder, name)) is not None
    ]
    if found:
        raise Invalid(found)


def too_costly(config: RunConfig, most: Limits) -> list[Problem]:
    """What a run would take more of than one may, by an estimate: with the limit, and a remedy."""
    try:
        cost = cost_of(config)
    except ValueError:
        return []  # its parts do not fit together: that is told where it is made
    found = []
    remedy = "take fewer chains or chain steps, or a smaller energy"
    if cost.seconds > most.update_seconds:
        found.append(
            Problem(
                path="method.chain_steps" if cost.steps > 1 else "optimization.batch_size",
                value=cost.steps,
                message=f"one update would take about {spoken(cost.seconds)} ({cost.product}), and "
                f"{spoken(most.update_seconds)} are the most (EBM_UPDATE_SECONDS); {remedy}",
            )
        )
    limit = most.run_memory
    if cost.memory > limit:
        found.append(
            Problem(
                path="method.chains" if cost.steps > 1 else "optimization.batch_size",
                value=cost.chains,
                message=f"it would take about {cost.memory / MB:,.0f} MB of memory, and "
                f"{limit / MB:,.0f} MB are the most (EBM_RUN_MEMORY_BYTES); {remedy}",
            )
        )
    if most.run_seconds and config.seconds and config.seconds > most.run_seconds:
        message = f"a run may train for {most.run_seconds:g} s (EBM_RUN_SECONDS)"
        allowed = f"at most {most.run_seconds:g}"
        found.append(
            Problem(path="seconds", value=config.seconds, message=message, allowed=allowed)
        )
    return found


def spoken(seconds: float) -> str:
    """A time in words."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def keep_points(
    data: bytes,
    name: str,
    folder: Path,
    columns: str | None,
    labels: str | None,
    classes: str | None = None,
) -> OwnPoints:
    """Reads a file of points and keeps them in a folder, by digest.

    `classes` has other names for its classes, in their order.

    Raises:
        Invalid: It holds no points.
    """
    try:
        read = read_points(data, name, None if columns is None else names_in(columns), labels)
    except BadFile as error:
        where = {"row": error.row, "column": error.column}
        problem = FileProblem(
            path="file", value=error.value, message=str(error), allowed=error.expected, **where
        )
        raise Invalid([problem]) from error
    arrays = ArrayFolder(folder)
    arrays.put(read.points.values)
    kept = None if read.points.labels is None else arrays.put(read.points.labels)
    own = _own_points(read, kept, name.removesuffix(".json"))
    if classes is None:
        return own
    called = names_in(classes)
    if len(called) != len(own.class_names):
        allowed = f"{len(own.class_names)} names"
        message = f"the file has {allowed[:-6]} classes, and {len(called)} names are given"
        raise Invalid([Problem(path="classes", value=classes, message=message, allowed=allowed)])
    return own.model_copy(update={"class_names": called})


def kept_points(digest: str, folder: Path) -> OwnPoints:
    """What the page shows of points that are kept."""
    data = ArrayFolder(folder).file(digest).read_bytes()
    try:
        return _own_points(read_points(data, digest), None, "")
    except BadFile as error:
        raise Refused(404, f"what is kept as {digest} are no points: {error}") from error


def _own_points(read: PointsRead, classes: ArrayReference | None, name: str) -> OwnPoints:
    points, chosen = read.points, read.chosen
    table = points.values.array
    return OwnPoints(
        **points.values.reference.model_dump(),
        name=name,
        classes=None if classes is None else Reference(**classes.model_dump()),
        preview=table[sorted(np.random.default_rng(0).permutation(len(table))[:PREVIEW])].tolist(),
        window=points.window,
        scale=points.units.scale,
        detail=points.detail,
        columns=[column.name for column in read.table.columns],
        chosen=chosen.columns,
        labels=chosen.label_column,
        class_names=list(chosen.classes),
        head=read.table.head(HEAD),
        messages=[*read.messages, *points.remarks],
    )


def read(config: dict[str, Any], points: Path) -> RunConfig:
    """The config of a run that was recorded as JSON.

    Raises:
        Refused: It uses a plug-in from outside that is not loaded, or its points are gone.
    """
    try:
        return saved(config, ArrayFolder(points))[0]
    except ValueError as error:
        raise Refused(409, str(error)) from error


def truth(config: dict[str, Any], points: Path) -> bytes:
    """The true density of a run's data on the landscape's grid, as MessagePack.

    Raises:
        Refused: It is not known, or its dataset cannot be read.
    """
    try:
        dataset = DATASET.validate_python(config["dataset"], context=ArrayFolder(points))
    except ValidationError:
        dataset = read(config, points).dataset  # which says why it cannot be read
    if not dataset.has_density:
        raise Refused(404, f"the density of {dataset.title!r} is not known")
    packed: bytes = msgpack.packb(quantise(true_density(dataset)))
    return packed


def energy_at(directory: Path, step: int | None) -> bytes:
    """The energy of a run's snapshot, or of its newest, as MessagePack.

    Raises:
        Refused: There is no such snapshot, or the energy cannot be told.
    """
    try:
        return pack_energy(*portable_at(directory, step))
    except NoSnapshot as error:
        known = ", ".join(map(str, error.steps)) or "none yet"
        raise Refused(
            404, f"the run keeps no weights of update {error.step}; those it keeps: {known}"
        ) from error
    except ValueError as error:
        raise Refused(409, str(error)) from error


def with_changes(config: RunConfig, changes: dict[str, Any]) -> RunConfig:
    """A config after live changes by path.

    Raises:
        Invalid: One of them is unknown, not live or out of its bounds.
    """
    found: list[Problem] = []
    for path, value in changes.items():
        try:
            config = changed(config, path, value)
        except ValidationError as error:
            message = error.errors()[0]["msg"].removeprefix("Value error, ")
            found.append(_problem(config, path, value, message))
        except ValueError as error:
            found.append(Problem(path=path, value=value, message=str(error)))
    if found:
        raise Invalid(found)
    return config


def affordable(config: RunConfig, changes: dict[str, Any], most: Limits) -> RunConfig:
    """`with_changes`, within what one run may take.

    Raises:
        Invalid: As there, or the run would take too much now, and has not before.
    """
    after = with_changes(config, changes)
    before = {problem.path for problem in too_costly(config, most)}
    if found := [problem for problem in too_costly(after, most) if problem.path not in before]:
        raise Invalid(found)
    return after


def _problem(config: RunConfig, path: str, value: Any, message: str) -> Problem:
    holder, _, name = path.rpartition(".")
    model = value_inside(config, holder) if holder else config
    field = type(model).model_fields.get(name) if isinstance(model, BaseModel) else None
    size = size_at(config, path, value)
    factor = config.scale**size.power if size else 1.0
    words = allowed(field, factor) if field else None
    return Problem(path=path, value=value, message=message, allowed=words)


def change_json(
    config: dict[str, Any], changes: dict[str, Any], points: Path, most: Limits
) -> dict[str, Any]:
    """`affordable` on JSON."""
    changed_config = affordable(read(config, points), changes, most)
    return changed_config.model_dump(mode="json", context=ArrayFolder(points))


def branch(
    initial: dict[str, Any],
    recorded: list[dict[str, Any]],
    step: int | None,
    changes: dict[str, Any],
    points: Path,
    most: Limits,
) -> list[dict[str, Any]]:
    """The changes of a run that goes as another up to an update, and then with its own.

    Args:
        initial: The other's config as it was at the start.
        recorded: Its changes.
        step: None for all the way.

    Raises:
        Invalid: As of `affordable`.
        Refused: The length of a run by time was never measured.
    """
    config = read(initial, points)
    kept = [Change(**change) for change in recorded]
    try:
        refuse_unknown_length(config.seconds, kept)
    except ValueError as error:
        if step is not None and "updates" not in changes:
            raise Refused(
                409,
                "a branch is as long as its run, and that has not trained long enough yet for its "
                "speed, and so its length in updates, to be known; let it go on for a second",
            ) from error
        if step is None:
            raise Refused(409, str(error)) from error
    if step is not None:
        kept = [change for change in kept if change.step <= step or change.path == "updates"]
    if "updates" in changes:  # a length of its own, also where the other's was a time
        kept = [change for change in kept if change.path != "updates"]
        config = config.model_copy(update={"seconds": None})
    for change in kept:
        if change.path not in (PLUGINS, "updates"):
            config = changed(config, change.path, change.value)
    after = affordable(config, changes, most)
    own = [
        Change(step=step or 0, path=p, value=value_at(after, p), previous=value_at(config, p))
        for p in changes
    ]
    return [change.model_dump(mode="json") for change in [*kept, *own]]
