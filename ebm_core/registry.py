"""Shelves: the plug-ins of a kind by name, scanned from a package, and the type that reads them."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Annotated, Any, ClassVar, TypeVar, Union, cast

from pydantic import (
    BaseModel,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    TypeAdapter,
)
from pydantic.json_schema import JsonSchemaValue

from ebm_core.setting import Settings


class Shelved(Settings):
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
            kind = kind_of(member)
            if kind in found:
                raise ValueError(
                    f"two plug-ins are called {kind!r}: {found[kind].__module__} and "
                    f"{module.name}; rename one"
                )
            found[kind] = member
    in_order(found)
    return found


def in_order(shelf: dict[str, type[P]]) -> None:
    """Sorts a shelf by `rank`."""
    sorted_shelf = sorted(shelf.items(), key=lambda item: item[1].rank)
    shelf.clear()
    shelf.update(sorted_shelf)


def kind_of(model: type[BaseModel]) -> Any:
    """The name of a plug-in on its shelf; None for a model that is no plug-in."""
    return model.model_fields["kind"].default if "kind" in model.model_fields else None


class OneOf:
    """What a field's type says beside `Any`: it holds a plug-in of a shelf, told by its `kind`.

    The shelf is looked at when a value is read or a schema is made, not when the field is declared,
    so that plug-ins from outside may come later than the classes whose fields hold them.
    """

    def __init__(self, shelf: dict[str, Any]) -> None:
        self.shelf = shelf
        self._reader: tuple[list[Any], TypeAdapter[Any]] = [], TypeAdapter(None)

    @property
    def reader(self) -> Any:
        """pydantic's `TypeAdapter` of any plug-in that is on the shelf now."""
        kinds = list(self.shelf.values())
        if self._reader[0] != kinds:
            union: Any = Annotated[Union[tuple(kinds)], Field(discriminator="kind")]  # noqa: UP007
            self._reader = kinds, TypeAdapter(union)
        return self._reader[1]

    def read(self, value: Any, info: Any) -> Any:
        """The plug-in that a value describes, in the context that it was given with."""
        return self.reader.validate_python(value, context=info.context)

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> Any:
        return handler.generate_schema(Annotated[Any, PlainValidator(self.read)])

    def __get_pydantic_json_schema__(
        self, _schema: Any, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(self.reader.core_schema)


def one_of(shelf: dict[str, type[P]]) -> Any:
    """The type of a field that holds any plug-in of a shelf."""
    return Annotated[Any, OneOf(shelf)]
