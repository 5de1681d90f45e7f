"""What a run is: its configuration."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    ConfigDict,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    computed_field,
    model_serializer,
    model_validator,
)

from ebm_core.contracts import Dataset, Shape, setting
from ebm_core.contracts.frozen_array import ArrayFolder
from ebm_core.contracts.outside import Origin, differences, origins_in
from ebm_core.datasets import DATASETS, AnyDataset
from ebm_core.energies import AnyEnergy
from ebm_core.methods import METHODS, AnyMethod
from ebm_core.optimization import Optimization
from ebm_core.runs.division import batch_share, share_of
from ebm_core.runs.problems import problems
from ebm_core.runs.sizes import as_fine_as, in_data_units, in_model_units, with_unit
from ebm_core.setting import Settings

DATASET: TypeAdapter[Dataset] = TypeAdapter(AnyDataset)
PARTS: dict[str, TypeAdapter[Any]] = {
    "method": TypeAdapter(AnyMethod),
    "energy": TypeAdapter(AnyEnergy),
    "optimization": TypeAdapter(Optimization),
}
PLUGINS = "plugins"
"""Which plug-ins from outside a saved run uses."""


def arrays_of(directory: Path | str) -> ArrayFolder:
    """A run's arrays in its directory: the context in which its config is written and read."""
    return ArrayFolder(Path(directory) / "points")


class RunConfig(Settings):
    """One run, whole. What is left out comes from the method's recipe for the data's shape."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    dataset: AnyDataset
    method: AnyMethod
    energy: AnyEnergy = setting(
        title="Energy",
        description="The family of functions that E(x) is chosen from.",
        advanced=True,
    )
    optimization: Optimization
    seconds: float | None = setting(
        None,
        title="Training time",
        gt=0,
        le=7 * 86400,
        live=True,
        log=True,
        description="Seconds of one core; turned into updates by the measured speed. Empty where "
        "the length is given in updates.",
    )
    updates: int | None = setting(
        None,
        title="Updates",
        ge=1,
        le=10**9,
        live=True,
        log=True,
        advanced=True,
        description="Length of the run in updates, instead of a time.",
    )
    seed: int = setting(
        0,
        title="Seed",
        ge=0,
        le=2**53 - 1,
        description="Of weights, data and chains. The same seed and updates give the same run. A "
        "run by time makes as many updates as the machine's speed allows, so each is another; it "
        "can be repeated exactly from its record.",
    )
    device: Literal["cpu", "cuda"] = setting(
        "cpu", title="Device", advanced=True, description="Where it trains: cuda is a GPU."
    )
    processes: int = setting(
        1,
        title="Processes",
        ge=1,
        le=1024,
        advanced=True,
        description="How many train it together, each with its share of the batch and the chains.",
    )
    sizes: Literal["data", "model"] = setting(
        "data",
        title="Sizes",
        advanced=True,
        description="The units of the method's step sizes and noise levels as they are given here: "
        "the data's own, or the model's, in which points are trained on, within about [-4, 4].",
    )

    _told: dict[str, float] = PrivateAttr(default_factory=dict)
    """By path, the method's sizes in the data's units, where these are not the model's."""

    @model_validator(mode="wrap")
    @classmethod
    def in_model_units(cls, given: Any, handler: Callable[[Any], Self], info: Any) -> Self:
        """Completes what was given, and takes its sizes to the model's units."""
        if not isinstance(given, dict):
            return handler(given)
        whole, scale, told = cls._completed(given, info.context)
        if scale == 1:
            return handler(whole)
        try:
            config = handler(whole)
        except ValidationError as error:
            raise with_unit(error, scale, "method") from error
        config._told = in_data_units(config.method, told, scale, "method")
        return config

    @classmethod
    def _completed(
        cls, given: dict[str, Any], context: Any
    ) -> tuple[dict[str, Any], float, dict[str, float]]:
        """What was given with the recipe under it, and a length: 30 s, or 120 s for images.

        Its sizes are in the model's units, of which one is so many of the data's; those that were
        given in the data's are told beside it.
        """
        given = {name: value for name, value in given.items() if name != PLUGINS}
        endless = given.get("seconds") is None and given.get("updates") is None
        base: dict[str, Any] = {"energy": {"kind": "mlp"}, "optimization": {}}
        method = given.get("method")
        kind = method.get("kind") if isinstance(method, dict) else getattr(method, "kind", None)
        try:
            dataset = DATASET.validate_python(given.get("dataset"), context=context)
        except ValidationError:
            # validation goes on and tells all that is wrong
            return laid_under(base, given), 1.0, {}
        if not isinstance(kind, str) or kind not in METHODS:
            return laid_under(base, given), 1.0, {}
        base["method"] = {"kind": kind}
        if endless:
            given["seconds"] = default_seconds(dataset.shape)
        scale = dataset.units.scale if given.get("sizes", "data") == "data" else 1.0
        told: dict[str, float] = {}
        if scale != 1:
            given["method"], told = in_model_units(method, [METHODS[kind]], scale, "method")
        if _WRITTEN.get():  # a field that it lacks is younger: the default is what was done before
            return laid_under(base, given, {"dataset": dataset}), scale, told
        base["method"] |= as_fine_as(dataset.detail, METHODS[kind])
        recipe = METHODS[kind].recipe(dataset.shape)
        return laid_under(base, recipe, given, {"dataset": dataset}), scale, told

    @model_serializer(mode="wrap")
    def in_its_own_units(self, handler: Callable[[Any], Any]) -> dict[str, Any]:
        """Sizes in the units that they are given in. One process is the rule, and is not said: the
        digest of such a config is what it was before there could be more."""
        data: dict[str, Any] = handler(self)
        if data.get("processes") == 1:
            del data["processes"]
        for path, value in self._told.items():
            *names, last = path.split(".")
            holder = data
            for name in names:
                holder = holder.get(name, {})
            if last in holder:
                holder[last] = value
        return data

    def told(self, path: str) -> float | None:
        """A size by its path, in the data's units; None where these are the model's."""
        return self._told.get(path)

    def telling(self, path: str, value: float | None) -> Self:
        """The same config, where a size was told so in the data's units; or is told no more."""
        other = self.model_copy()
        told = {known: size for known, size in self._told.items() if known != path}
        other._told = told if value is None else {**told, path: value}
        return other

    @property
    def scale(self) -> float:
        """What a length of 1 in the model's units is in the units that sizes are given in."""
        return self.dataset.units.scale if self.sizes == "data" else 1.0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def plugins(self) -> tuple[Origin, ...]:
        """Which plug-ins from outside it uses, as they are loaded now: saved, never given."""
        return origins_in(self)

    @model_validator(mode="after")
    def one_length(self) -> Self:
        """A run has a length in seconds or in updates."""
        if self.seconds is not None and self.updates is not None:
            raise ValueError(
                f"seconds is {self.seconds:g} and updates is {self.updates}; give one of the two"
            )
        return self

    @model_validator(mode="after")
    def equal_shares(self) -> Self:
        """Its processes have equal shares of the batch and of the chains."""
        batch_share(self.optimization, self.processes)
        share_of(self.method, self.processes)
        return self


_WRITTEN = ContextVar("_WRITTEN", default=False)
"""What is read was written whole: no recipe of today is laid under it."""


def saved(given: dict[str, Any], arrays: ArrayFolder | None = None) -> tuple[RunConfig, list[str]]:
    """The config of a run that was saved, and what has changed about its plug-ins since.

    Args:
        arrays: Where the arrays are that it refers to by digest.

    Raises:
        PlugInMissing: A ValueError: a plug-in from outside that it uses is not loaded.
        ValueError: It cannot be read, as where its points are gone.
    """
    changes = differences(map(Origin.model_validate, given.get(PLUGINS, ())))
    dataset = given["dataset"]
    if dataset["kind"] in DATASETS:
        given = {
            "sizes": "model",
            **given,
            "dataset": {**DATASETS[dataset["kind"]].fields_of_before, **dataset},
        }
    token = _WRITTEN.set(True)
    try:
        return RunConfig.model_validate(given, context=arrays), changes
    except ValidationError as error:
        found = "; ".join(f"{it.path}: {it.message}" for it in problems(RunConfig, error))
        raise ValueError(f"the run cannot be read: {found}") from error
    finally:
        _WRITTEN.reset(token)


def written(config: RunConfig, directory: Path) -> dict[str, Any]:
    """What `saved` reads: a config as JSON, with its arrays kept in a run's directory."""
    return config.model_dump(mode="json", context=arrays_of(directory))


def default_seconds(shape: Shape) -> float:
    """How long a run is that says nothing of it: images need longer."""
    return 30.0 if len(shape) == 1 else 120.0


def recipe(kind: str, shape: Shape, over: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What pressing play gives for a method on points of `shape`: a run without its dataset.

    Args:
        over: A part of a run that is laid over it.
    """
    over = over or {}
    base = {"energy": {"kind": "mlp"}, "optimization": {}, "method": {"kind": kind}}
    own = {name: over[name] for name in PARTS if name in over}
    partial = laid_under(base, METHODS[kind].recipe(shape), own)
    parts = {
        name: PARTS[name].validate_python(value).model_dump(mode="json")
        for name, value in partial.items()
    }
    others = {
        name: over.get(name, RunConfig.model_fields[name].default)
        for name in ("updates", "seed", "device", "sizes")
    }
    seconds = None if others["updates"] else default_seconds(shape)
    return {**parts, "seconds": over.get("seconds", seconds), **others}


def form() -> dict[str, Any]:
    """The JSON schema of a run's own fields: what no plug-in's and no other schema has."""
    schema = RunConfig.model_json_schema()
    own = ("energy", "seconds", "updates", "seed", "device")
    properties = {name: dict(schema["properties"][name]) for name in own}
    for choice in ("oneOf", "discriminator"):
        properties["energy"].pop(choice)  # the shelf of energies has them
    return {"type": "object", "properties": properties}


def laid_under(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """The layers merged, later ones on top; a plug-in of another kind replaces the one below it."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            below = merged.get(key)
            if not (isinstance(below, dict) and isinstance(value, dict)):
                merged[key] = value
            elif value.get("kind", below.get("kind")) == below.get("kind"):
                merged[key] = laid_under(below, value)
            else:
                merged[key] = value
    return merged
