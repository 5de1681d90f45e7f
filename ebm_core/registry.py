"""Finds plug-ins by scanning a package, and makes their tagged union."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Annotated, Any, ClassVar, TypeVar, Union, cast

from pydantic import BaseModel, Field


class Shelved(BaseModel):
    """Something that a shelf holds."""

    rank: ClassVar[int] = 100
    """Its place on the shelf: lower first, then in the order of files and of definition."""


P = TypeVar("P", bound=Shelved)


def plug_ins(package: ModuleType, contract: Callable[..., P]) -> dict[str, type[P]]:
    """Every concrete `contract` in a module below `package`, by its kind, in the order of `rank`.

    Raises:
        ValueError: Two plug-ins share a kind.
    """
    # the signature would say `type[P]`, but mypy wants a concrete class for that
    base = cast(type[P], contract)
    found: dict[str, type[P]] = {}
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        members = vars(importlib.import_module(module.name)).values()
        for member in members:
            if not (inspect.isclass(member) and issubclass(member, base)):
                continue
            if inspect.isabstract(member) or member.__module__ != module.name:
                continue
            kind = member.model_fields["kind"].default
            if kind in found:
                raise ValueError(
                    f"two plug-ins are called {kind!r}: {found[kind].__module__} and "
                    f"{module.name}; rename one"
                )
            found[kind] = member
    return dict(sorted(found.items(), key=lambda item: item[1].rank))


def union(kinds: dict[str, type[P]]) -> Any:
    """The pydantic type that reads any of `kinds`, told apart by the field `kind`."""
    return Annotated[Union[tuple(kinds.values())], Field(discriminator="kind")]  # noqa: UP007
