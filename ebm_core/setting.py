"""A field of a configuration: its bounds, and how a form shows it."""

import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Field, model_validator


def setting(
    default: Any = ...,
    *,
    title: str,
    description: str,
    symbol: str | None = None,
    live: bool = False,
    log: bool = False,
    advanced: bool = False,
    size: int = 0,
    fine: bool = False,
    local: bool = False,
    divided: bool = False,
    **bounds: Any,
) -> Any:
    """Bounds as in pydantic's `Field`, and how the form shows it.

    Args:
        symbol: The field's letter in the method's formula, such as "η".
        live: It may change while a run goes on.
        log: Its slider is logarithmic.
        advanced: It is shown only when all settings are asked for.
        size: The power of a length that it is measured in, such as 2 where it is a length squared;
            its default and its bounds are in the model's units, and a run says it in the data's.
        fine: A length that is at most the data's `detail`, unless it is set.
        local: It names a file of this machine: no form shows it, and no server takes it of a page.
        divided: It counts points or chains, of which each process of a run has its equal share.
    """
    marks = {
        "symbol": symbol,
        "live": live,
        "log": log,
        "advanced": advanced,
        "size": size,
        "fine": fine,
        "local": local,
        "divided": divided,
    }
    return Field(
        default,
        title=title,
        description=description,
        json_schema_extra={name: mark for name, mark in marks.items() if mark},
        **bounds,
    )


class Settings(BaseModel):
    """Settings whose numbers are numbers: Python takes true for 1, which nobody means by it."""

    @model_validator(mode="before")
    @classmethod
    def no_truth_for_a_number(cls, given: Any) -> Any:
        """Refuses true and false where there is to be a number, or a list of some."""
        for name, value in given.items() if isinstance(given, dict) else ():
            told = value if isinstance(value, list | tuple) else [value]
            if any(isinstance(one, bool) for one in told) and _of_numbers(cls, name):
                raise Misfit(name, value, "a number is needed, not true or false")
        return given


@cache
def _of_numbers(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields.get(name)
    kinds = set(_leaves(field.annotation)) if field else set()
    return bool(kinds & {int, float}) and bool not in kinds


def _leaves(annotation: Any) -> Iterator[Any]:
    """The types that a field's type is made of."""
    if get_origin(annotation) in (Annotated, Union, types.UnionType, tuple, list):
        for inner in get_args(annotation):
            yield from _leaves(inner)
    else:
        yield annotation


def local_fields(model: type[BaseModel]) -> list[str]:
    """The fields of a model that name files of this machine."""
    return marked(model, "local")


def divided_fields(model: type[BaseModel]) -> list[str]:
    """The fields of a model of which each process of a run has its share."""
    return marked(model, "divided")


def marked(model: type[BaseModel], mark: str) -> list[str]:
    """The fields of a model that have a mark."""
    marks = {name: field.json_schema_extra for name, field in model.model_fields.items()}
    return [name for name, extra in marks.items() if isinstance(extra, dict) and extra.get(mark)]


class Misfit(ValueError):
    """A value that is allowed by itself and does not fit the others.

    Args:
        path: Dotted, from the model whose validation it is raised by.
    """

    def __init__(self, path: str, value: Any, message: str) -> None:
        super().__init__(f"{path} is {value!r}: {message}")
        self.path, self.value, self.message = path, value, message
