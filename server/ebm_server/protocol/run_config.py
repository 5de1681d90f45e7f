"""A run's configuration as JSON: `ebm_core.RunConfig` for those who do not import torch."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, SkipValidation, with_config
from typing_extensions import TypeAliasType, TypedDict

from ebm_server.protocol.bounds import plain

Json = TypeAliasType("Json", "bool | float | str | list[Json] | dict[str, Json] | None")
"""Anything that JSON can say."""


class Origin(TypedDict):
    """Where a plug-in from outside the package came from."""

    contract: str
    kind: str
    path: str
    """A file or folder, or the name of a module."""
    digest: str


UNCHECKED = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": False})
"""Of a body that the core checks: it says best of an unknown field what is allowed."""


@with_config(ConfigDict(extra="allow"))
class PlugInConfig(TypedDict):
    """A plug-in's kind and its fields, as the catalogue's schema of the kind has them."""

    kind: str


class RunConfig(TypedDict):
    """A run, whole."""

    dataset: PlugInConfig
    method: PlugInConfig
    energy: PlugInConfig
    optimization: dict[str, Json]
    seed: int
    seconds: float | None
    updates: int | None
    device: Literal["cpu", "cuda"]
    processes: NotRequired[int]
    """How many train it together; absent, one, as on a server always."""
    sizes: NotRequired[Literal["data", "model"]]
    """The units of the method's step sizes and noise levels; absent, the model's."""
    plugins: NotRequired[list[dict[str, str]]]
    """Each `Origin` of the plug-ins from outside the package that it uses; never given."""


@with_config(UNCHECKED)
class NewRun(TypedDict, total=False):
    """A run to be: its name, and parts of a RunConfig; the method's recipe gives the others.

    Only the name is checked here; `RunConfig` says of the rest what is wrong, and what is allowed.
    """

    name: Annotated[str, Field(max_length=200), AfterValidator(plain)] | None
    dataset: SkipValidation[PlugInConfig]
    method: SkipValidation[PlugInConfig]
    energy: SkipValidation[PlugInConfig]
    optimization: SkipValidation[dict[str, Any]]
    seed: SkipValidation[int]
    seconds: SkipValidation[float | None]
    updates: SkipValidation[int | None]
    device: SkipValidation[Literal["cpu", "cuda"]]
    processes: SkipValidation[int]
    sizes: SkipValidation[Literal["data", "model"]]
