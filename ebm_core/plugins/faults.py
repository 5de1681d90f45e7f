"""What can be wrong with a plug-in from outside, told with its file and line."""

import inspect
import re
import traceback
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple, get_args

import torch

from ebm_core.contracts import Dataset, Family, Method, PlugIn
from ebm_core.registry import kind_of
from ebm_core.runs.config import recipe

LONGEST = 300
"""Characters of an exception's message."""


class Trouble(NamedTuple):
    """Why a plug-in is not on a shelf."""

    place: str
    line: int | None
    message: str

    def __str__(self) -> str:
        where = self.place if self.line is None else f"{self.place}, line {self.line}"
        return f"{where}: {self.message}"


def of_class(plug_in: type, message: str) -> Trouble:
    """A trouble at the line where a class begins."""
    try:
        file, line = inspect.getsourcefile(plug_in), inspect.getsourcelines(plug_in)[1]
    except (OSError, TypeError):
        return Trouble(plug_in.__module__, None, f"class {plug_in.__name__} {message}")
    return Trouble(str(file), line, f"class {plug_in.__name__} {message}")


def of_error(error: BaseException, files: Collection[Path], place: str) -> Trouble:
    """An exception of a plug-in's own code, at the innermost of its lines."""
    ours = set(map(str, files))
    if isinstance(error, SyntaxError) and error.filename in ours:
        return Trouble(str(error.filename), error.lineno, f"SyntaxError: {error.msg}")
    said = re.sub(r"\s*\n\s*", "; ", f"{type(error).__name__}: {error}")
    said = said if len(said) <= LONGEST else said[: LONGEST - 3] + "..."
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename in ours:
            return Trouble(frame.filename, frame.lineno, said)
    return Trouble(place, None, said)


def of_plug_in(error: BaseException, plug_in: type[PlugIn], files: Collection[Path]) -> Trouble:
    """An exception of a plug-in: at the innermost of its lines, or else where its class begins."""
    trouble = of_error(error, files, plug_in.__module__)
    return of_class(plug_in, f"fails: {trouble.message}") if trouble.line is None else trouble


def of_definition(plug_in: type[PlugIn], siblings: Collection[type[PlugIn]]) -> Trouble | None:
    """What a class lacks to be a plug-in, if anything.

    Args:
        siblings: The classes beside it; an abstract one may be the base of others.
    """
    missing = sorted(plug_in.__abstractmethods__)
    if missing:
        base = any(plug_in in other.__mro__[1:] for other in siblings)
        message = f"does not define {', '.join(missing)}; write what its contract asks for"
        return None if base else of_class(plug_in, message)
    kind = kind_of(plug_in)
    if kind is None or get_args(plug_in.model_fields["kind"].annotation) != (kind,):
        return of_class(plug_in, 'has no name; give it a field `kind: Literal["mine"] = "mine"`')
    if not re.fullmatch("[a-z][a-z0-9_]*", kind):
        return of_class(plug_in, f"is called {kind!r}; use small letters, digits and underscores")
    unsaid = sorted(name for name in plug_in.__class_vars__ if not hasattr(plug_in, name))
    if unsaid:
        names = ", ".join(f"`{name}: ClassVar[str] = ...`" for name in unsaid)
        return of_class(plug_in, f"does not say {names}")
    if issubclass(plug_in, Method) and plug_in.family not in get_args(Family):
        known = ", ".join(get_args(Family))
        return of_class(plug_in, f"is of the family {plug_in.family!r}; choose one of {known}")
    return None


def try_out(plug_in: type[PlugIn]) -> None:
    """Does what every page and every run does first; errors are the plug-in's own."""
    plug_in.model_json_schema()
    if issubclass(plug_in, Dataset):
        plug_in.example().sample(1, torch.Generator())
    else:
        plug_in()


def try_recipe(plug_in: type[PlugIn]) -> None:
    """Completes runs of a method that is on its shelf."""
    if issubclass(plug_in, Method):
        for shape in ((2,), (1, 8, 8)):
            recipe(kind_of(plug_in), shape)
