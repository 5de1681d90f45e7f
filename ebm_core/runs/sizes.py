"""Sizes: step sizes and noise levels, said in the data's units and used in the model's.

A plug-in's own fields are in the model's units, as its defaults and bounds are. What a run, or a
trial of a sampler, says of them is in the data's.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from ebm_core.registry import kind_of
from ebm_core.runs.problems import allowed, choices_of

DIGITS = 15
"""Of a size in the model's units: so many survive a way to the data's units and back."""


class Size(NamedTuple):
    """A value that is measured in a power of a length."""

    path: str
    value: float
    field: FieldInfo
    power: int

    def inside(self, scale: float) -> float:
        """In the model's units, where the value is in the data's."""
        return float(f"{self.value / scale**self.power:.{DIGITS}g}")

    def outside(self, scale: float) -> float:
        """In the data's units, where the value is in the model's."""
        return self.value * scale**self.power


def power_of(field: FieldInfo | None) -> int:
    """The power of a length that a field is measured in; 0 where it is no size."""
    extra = field.json_schema_extra if field else None
    power = extra.get("size", 0) if isinstance(extra, dict) else 0
    return power if isinstance(power, int) else 0


def with_sizes(
    given: Any,
    choices: Sequence[type[BaseModel]],
    change: Callable[[Size], float],
    path: str,
) -> Any:
    """What is given for one of the models, with each of its sizes changed.

    Args:
        given: As JSON, or such a model; of a model what was set is taken.
        path: Its own, dotted.
    """
    if isinstance(given, BaseModel):
        chosen = {name: getattr(given, name) for name in given.model_fields_set}
        given = {"kind": kind_of(type(given)), **chosen}
    if not isinstance(given, Mapping):
        return given
    model = next((model for model in choices if kind_of(model) == given.get("kind")), None)
    fields = model.model_fields if model else {}
    result: dict[str, Any] = {}
    for name, value in given.items():
        field, place = fields.get(name), f"{path}.{name}"
        if (power := power_of(field)) and field and type(value) in (int, float):
            value = change(Size(place, float(value), field, power))
        elif field:
            value = with_sizes(value, choices_of(field), change, place)
        result[name] = value
    return result


def in_model_units(
    given: Any, choices: Sequence[type[BaseModel]], scale: float, path: str
) -> tuple[Any, dict[str, float]]:
    """What is given in the data's units, in the model's; and its sizes as they were given.

    Raises:
        ValidationError: Some are out of bounds, which are told in the data's units.
    """
    told: dict[str, float] = {}
    wrong: list[InitErrorDetails] = []

    def change(size: Size) -> float:
        told[size.path] = size.value
        if problem := out_of_bounds(size, scale):
            wrong.append(problem)
        return size.inside(scale)

    inside = with_sizes(given, choices, change, path)
    if wrong:
        raise ValidationError.from_exception_data("sizes", wrong)
    return inside, told


def out_of_bounds(size: Size, scale: float) -> InitErrorDetails | None:
    """What is wrong with a size in the data's units, if anything is."""
    inside = size.inside(scale)
    tests: dict[str, Callable[[Any], bool]] = {
        "gt": lambda bound: inside > bound,
        "ge": lambda bound: inside >= bound,
        "lt": lambda bound: inside < bound,
        "le": lambda bound: inside <= bound,
    }
    rules = [
        (bound, test)
        for rule in size.field.metadata
        for name, test in tests.items()
        if (bound := getattr(rule, name, None)) is not None
    ]
    if all(test(bound) for bound, test in rules):
        return None
    words = allowed(size.field, scale**size.power) or ""
    message = "it is out of bounds, which are in the data's units as it is"
    error = PydanticCustomError("size", message, {"allowed": words})
    return {"type": error, "loc": tuple(size.path.split(".")), "input": size.value}


def in_data_units(
    model: BaseModel, told: Mapping[str, float], scale: float, path: str
) -> dict[str, float]:
    """Every size of a model by its path, in the data's units: as it was told, if it was."""
    found: dict[str, float] = {}

    def change(size: Size) -> float:
        found[size.path] = told.get(size.path, size.outside(scale))
        return size.value

    with_sizes(model.model_dump(), [type(model)], change, path)
    return found


def with_unit(error: ValidationError, scale: float, path: str) -> ValidationError:
    """The same error, where what a model at a path says of itself tells its unit."""
    lines: list[InitErrorDetails] = []
    for item in error.errors():
        kind: str | PydanticCustomError = item["type"]
        if kind == "value_error" and item["loc"][:1] == (path,):
            why = item["msg"].removeprefix("Value error, ")
            unit = "(in the model's units, of which one is {scale} of the data's)"
            kind = PydanticCustomError(
                "sizes", "{why} " + unit, {"why": why, "scale": f"{scale:.4g}"}
            )
        line = InitErrorDetails(type=kind, loc=item["loc"], input=item["input"])
        if "ctx" in item and kind == item["type"]:
            line["ctx"] = item["ctx"]
        lines.append(line)
    return ValidationError.from_exception_data(error.title, lines)


def as_fine_as(detail: float | None, model: type[BaseModel]) -> dict[str, float]:
    """Defaults that are at most the data's finest detail, in the model's units, where they are
    marked so."""
    if detail is None:
        return {}
    marked = {
        name: field.default
        for name, field in model.model_fields.items()
        if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("fine")
    }
    return {name: min(default, detail) for name, default in marked.items()}
