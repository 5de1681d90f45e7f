"""What is wrong with a configuration: each field's path, its value, what is allowed."""

import re
import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ebm_core.registry import OneOf, kind_of
from ebm_core.setting import Misfit

Model = TypeVar("Model", bound=BaseModel)

MOST = 5
"""Problems that are told in one message; of a long list each entry may be one."""
LONGEST = 100
"""Entries of a list that is told as a problem's value; a table of points is not."""


MAPPING = 'a mapping of settings is needed, as {"kind": ...} is one'
IN_WORDS = {
    "extra_forbidden": "there is no such field",
    "missing": "it is missing",
    "union_tag_not_found": 'it has no "kind"',
    **dict.fromkeys(("model_attributes_type", "model_type", "dict_type"), MAPPING),
    **dict.fromkeys(("int_type", "int_parsing"), "a whole number is needed"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number is needed"),
}
"""What is said where pydantic speaks of its own types."""


class Problem(NamedTuple):
    """One thing to mend."""

    path: str
    """Dotted, such as "method.sampler.step_size"; empty where the whole configuration is wrong."""
    value: Any
    message: str
    allowed: str | None
    """The values that the field takes, such as "> 0 and <= 1"."""

    def __str__(self) -> str:
        shown = repr(self.value)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        value = "" if self.value is None else f" is {shown}"
        name = f"{self.path}{value}: " if self.path else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        return f"{name}{self.message}{allowed}"


def checked(model: type[Model], given: Any) -> Model:
    """The `model` of what a person gave.

    Raises:
        ValueError: It is none; each problem is a line of the message.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        told = list(map(str, problems(model, error)))
        more = [f"and {len(told) - MOST:,} more"] if len(told) > MOST else []
        raise ValueError("\n".join(told[:MOST] + more)) from error


def problems(model: type[BaseModel], error: ValidationError) -> list[Problem]:
    """The problems that pydantic found in a `model`, by the paths that a user wrote."""
    found: list[Problem] = []
    for item in error.errors():
        problem, before = problem_of(model, item), found[-1] if found else None
        alone = item["type"] in ("extra_forbidden", "missing")
        if before and before.path == problem.path and not alone:
            # one field of several types, each of which says what it needs
            message = problem.message
            either = f"{before.message} or {message[0].lower()}{message[1:]}"
            found[-1] = before._replace(message=either)
        else:
            found.append(problem)
    return found


def problem_of(model: type[BaseModel], item: ErrorDetails) -> Problem:
    """One of them."""
    path, field = located(model, item["loc"])
    if isinstance(misfit := item.get("ctx", {}).get("error"), Misfit):
        path = ".".join(filter(None, (path, misfit.path)))
        return Problem(path, misfit.value, misfit.message, None)
    message = item["msg"].removeprefix("Value error, ")
    message = IN_WORDS.get(item["type"], message)
    value = None if item["type"] == "missing" else item["input"]
    if item["type"] == "list_type" and isinstance(value, str):
        message = "a list, an array or a tensor is needed; read a file first (`load_points`)"
    if item["type"] == "union_tag_invalid":
        path, value, message = f"{path}.kind", item["ctx"]["tag"], "there is no such kind"
    if isinstance(value, Mapping | BaseModel) and item["type"] != "model_type":
        value = None
    if isinstance(value, list | tuple) and len(value) > LONGEST:
        value = None
    words = item.get("ctx", {}).get("allowed") or (allowed(field) if field else None)
    if item["type"] == "value_error" and field and choices_of(field):
        words = None  # it is of a kind that is there
    return Problem(path, value, message, words)


def located(
    model: type[BaseModel], location: tuple[int | str, ...]
) -> tuple[str, FieldInfo | None]:
    """The dotted path without the unions' tags, and the innermost field it names."""
    names: list[str] = []
    field: FieldInfo | None = None
    choices: list[type[BaseModel]] = [model]
    for part in location:
        tagged = [choice for choice in choices if kind_of(choice) == part]
        if field is not None and len(choices) > 1 and tagged:
            choices = tagged
            continue
        if field is not None and not choices and isinstance(part, str):
            continue  # the tag of a plain field of several types
        names.append(str(part))
        holder = next((c for c in choices if str(part) in c.model_fields), None)
        if holder is not None:
            field = holder.model_fields[str(part)]
            choices = choices_of(field)
        elif not isinstance(part, int):
            field, choices = None, []
    return ".".join(names), field


def choices_of(field: FieldInfo) -> list[type[BaseModel]]:
    """The models that a field may hold."""
    return on_shelf(field.metadata) or models_in(field.annotation)


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    parts = [model for part in get_args(annotation) for model in models_in(part)]
    return on_shelf(getattr(annotation, "__metadata__", ())) or parts


def on_shelf(marks: Iterable[Any]) -> list[type[BaseModel]]:
    """The plug-ins that a type's marks say it holds."""
    return [model for mark in marks if isinstance(mark, OneOf) for model in mark.shelf.values()]


def allowed(field: FieldInfo, factor: float = 1.0) -> str | None:
    """The values that a field takes, in words; its bounds times a factor."""
    if kinds := list(filter(None, map(kind_of, choices_of(field)))):
        return ", ".join(kinds)
    annotation, optional = field.annotation, False
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        optional = len(parts) < len(get_args(annotation))
        if len(parts) > 1:
            return None
        annotation = parts[0]
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is Literal:
        return ", ".join(map(str, get_args(annotation)))
    signs = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
    bounds = [
        f"{sign} {bound_in_words(getattr(rule, name), factor)}"
        for rule in field.metadata
        for name, sign in signs.items()
        if getattr(rule, name, None) is not None
    ]
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
    noun = words.get(annotation, "") if isinstance(annotation, type) else ""
    text = " ".join(filter(None, [noun, " and ".join(bounds)]))
    text = re.sub(r"\s+", " ", text)
    return (f"{text} or empty" if optional and text else text) or None


def bound_in_words(bound: int | float, factor: float = 1.0) -> str:
    """A bound, short where that says it exactly, or in other units."""
    if factor != 1:
        return f"{bound * factor:.6g}"
    return f"{bound:g}" if float(f"{bound:g}") == bound else str(bound)
