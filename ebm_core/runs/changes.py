"""Changes made to a run while it goes on: live fields that take new values."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ebm_core.contracts.outside import Origin, differences
from ebm_core.runs.config import PLUGINS, RunConfig
from ebm_core.runs.sizes import Size, out_of_bounds, power_of

C = TypeVar("C", bound=BaseModel)


class Change(BaseModel):
    """A live field that took a new value before the update numbered `step`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: int = Field(ge=0)
    path: str
    value: Any
    previous: Any = None


def plugins_changed(step: int, given: dict[str, Any], config: RunConfig) -> list[Change]:
    """The change to be recorded where a saved run goes on with other versions of its plug-ins."""
    before, now = given.get(PLUGINS, []), [origin.model_dump() for origin in config.plugins]
    if not differences(map(Origin.model_validate, before)):
        return []
    return [Change(step=step, path=PLUGINS, value=now, previous=before)]


def changed(config: RunConfig, path: str, value: Any) -> RunConfig:
    """`config` with the live field at a dotted path set to `value`, a size in the data's units.

    Raises:
        ValueError: There is no such field, it is not live, or the value is out of its bounds.
    """
    size = size_at(config, path, value)
    if size is None:
        return with_live_field(config, path, value).telling(path, None)
    if problem := out_of_bounds(size, config.scale):
        raise ValidationError.from_exception_data("sizes", [problem])
    return with_live_field(config, path, size.inside(config.scale)).telling(path, size.value)


def at_the_start(config: RunConfig, changes: Sequence[Change]) -> RunConfig:
    """The config that a run began with: what it is now, its changes taken back."""
    for change in sorted(changes, key=lambda change: change.step, reverse=True):
        if change.path not in (PLUGINS, "updates"):  # these two are no part of it
            config = changed(config, change.path, change.previous)
    return config


def refuse_unknown_length(seconds: float | None, changes: Sequence[Change]) -> None:
    """Refuses to repeat a run by time whose length in updates was never measured.

    Raises:
        ValueError: It was not.
    """
    if seconds is not None and not any(change.path == "updates" for change in changes):
        raise ValueError(
            "the run was stopped before its speed was measured, so no number of updates is known "
            "to repeat; start it anew"
        )


def changed_in_words(config: RunConfig, path: str, value: Any) -> RunConfig:
    """As `changed`; a value out of its bounds is told in one sentence.

    Raises:
        ValueError: There is no such field, it is not live, or the value is out of bounds.
    """
    if value is None and path in ("seconds", "updates"):
        raise ValueError(f"{path} is None: a run has an end; give a number above zero")
    try:
        return changed(config, path, value)
    except ValidationError as error:
        problem = error.errors()[0]
        bounds = problem.get("ctx", {}).get("allowed")
        more = f"; allowed: {bounds}" if bounds else ""
        raise ValueError(f"{path} is {value!r}: {problem['msg']}{more}") from error


def size_at(config: RunConfig, path: str, value: Any) -> Size | None:
    """A value as a size in the data's units, where these are not the model's."""
    if config.scale == 1 or type(value) not in (int, float):
        return None
    holder, _, name = path.rpartition(".")
    model = value_at_or_none(config, holder) if holder else None
    field = type(model).model_fields.get(name) if isinstance(model, BaseModel) else None
    power = power_of(field)
    return Size(path, float(value), field, power) if field and power else None


def with_live_field(config: C, path: str, value: Any) -> C:
    """As `changed`, in the model's units."""
    name, _, rest = path.partition(".")
    fields = type(config).model_fields
    if name not in fields:
        raise ValueError(f"there is no field {name!r} here; the fields are {', '.join(fields)}")
    if rest:
        inner = getattr(config, name)
        if not isinstance(inner, BaseModel):
            raise ValueError(f"{name!r} has no fields of its own; leave out {rest!r}")
        return config.model_copy(update={name: with_live_field(inner, rest, value)})
    extra = fields[name].json_schema_extra
    if not (isinstance(extra, dict) and extra.get("live")):
        live = [
            key
            for key, field in fields.items()
            if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("live")
        ]
        raise ValueError(
            f"{name!r} cannot change while a run goes on; start a new run, or change one of: "
            f"{', '.join(live) or 'none here'}"
        )
    current = {key: getattr(config, key) for key in fields}
    if isinstance(config, RunConfig):
        current["sizes"] = "model"  # as they are in its plug-ins
    checked = type(config).model_validate({**current, name: value})
    return config.model_copy(update={name: getattr(checked, name)})


def value_at(config: RunConfig, path: str) -> Any:
    """The field's value at a dotted path, of a size in the data's units."""
    told = config.told(path)
    return value_inside(config, path) if told is None else told


def value_inside(config: BaseModel, path: str) -> Any:
    """The field's value at a dotted path, in the model's units."""
    value: Any = config
    for name in path.split("."):
        value = getattr(value, name)
    return value


def value_at_or_none(config: RunConfig, path: str) -> Any:
    """The field's value, or None where there is no such field (`changed` then says so)."""
    try:
        return value_at(config, path)
    except AttributeError:
        return None


SIZES_IN_USE = {"step_size": "method.sampler.step_size", "spread": "method.spread"}
"""Metrics that tell what has become of a size."""


def metrics_in_data_units(config: RunConfig, metrics: dict[str, float]) -> dict[str, float]:
    """What a method tells of itself, sizes in the units that they are given in."""
    powers = {
        name: size.power
        for name, path in SIZES_IN_USE.items()
        if name in metrics and (size := size_at(config, path, metrics[name]))
    }
    return {name: value * config.scale ** powers.get(name, 0) for name, value in metrics.items()}
