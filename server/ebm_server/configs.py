"""What the server asks of `ebm_core` about configs. Importing this imports torch."""

from typing import Any

import msgpack
from pydantic import BaseModel, ValidationError

from ebm_core.contracts.outside import PlugInMissing
from ebm_core.runs.config import RunConfig, changed, saved, value_at
from ebm_core.runs.display import true_density
from ebm_core.runs.problems import allowed, problems
from ebm_server.protocol.messages import Problem
from ebm_server.protocol.packing import quantise
from ebm_server.refusals import Invalid, Refused


def complete(given: dict[str, Any]) -> dict[str, Any]:
    """The whole config of a run from a part of it, as JSON.

    Raises:
        Invalid: Fields are missing, unknown or out of their bounds.
    """
    try:
        return RunConfig.model_validate(given).model_dump(mode="json")
    except ValidationError as error:
        found = problems(RunConfig, error)
        raise Invalid([Problem(**problem._asdict()) for problem in found]) from error


def read(config: dict[str, Any]) -> RunConfig:
    """The config of a run that was recorded as JSON.

    Raises:
        Refused: It uses a plug-in from outside that is not loaded.
    """
    try:
        return saved(config)[0]
    except PlugInMissing as error:
        raise Refused(409, str(error)) from error


def truth(config: dict[str, Any]) -> bytes:
    """The true density of a run's data on the landscape's grid, as MessagePack.

    Raises:
        Refused: It is not known.
    """
    dataset = read(config).dataset
    if not dataset.has_density:
        raise Refused(404, f"the density of {dataset.title!r} is not known")
    packed: bytes = msgpack.packb(quantise(true_density(dataset)))
    return packed


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


def _problem(config: RunConfig, path: str, value: Any, message: str) -> Problem:
    holder, _, name = path.rpartition(".")
    model = value_at(config, holder) if holder else config
    field = type(model).model_fields.get(name) if isinstance(model, BaseModel) else None
    words = allowed(field) if field else None
    return Problem(path=path, value=value, message=message, allowed=words)


def change_json(config: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`with_changes` on JSON."""
    return with_changes(read(config), changes).model_dump(mode="json")
