"""What is known of plug-ins from outside the package: where each on a shelf comes from."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict

from ebm_core.contracts.plug_in import PlugIn


class Origin(BaseModel):
    """Where a plug-in from outside the package comes from, as a run records it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    contract: str
    """"method", "sampler", "dataset", "energy" or "formula"."""
    kind: str
    path: str
    """A file or folder, or the name of a module."""
    digest: str
    """SHA-256 of the Python files there; of a file, with those beside it that it imports."""

    @property
    def name(self) -> str:
        """What the plug-in is, for people."""
        return f"the {self.contract} {self.kind!r} of {self.path}"


ORIGINS: dict[type[PlugIn], Origin] = {}
"""Of every plug-in from outside that is on a shelf."""


class PlugInMissing(ValueError):
    """What was saved needs a plug-in from outside that is not loaded."""

    def __init__(self, origin: Origin) -> None:
        super().__init__(
            f"this run uses {origin.name} (digest {origin.digest[:12]}), which is not loaded; "
            f"bring it with --plugin {origin.path} or EBM_PLUGINS, or, where it is a package's, "
            "install that"
        )
        self.origin = origin


def origins_in(config: BaseModel) -> tuple[Origin, ...]:
    """Where the plug-ins from outside that a configuration names come from."""
    return tuple(dict.fromkeys(_origins(config)))


def _origins(value: Any) -> Iterator[Origin]:
    if isinstance(value, PlugIn) and type(value) in ORIGINS:
        yield ORIGINS[type(value)]
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _origins(getattr(value, name))


def differences(recorded: Iterable[Origin]) -> list[str]:
    """What has changed about the plug-ins of a saved run, a sentence each.

    Raises:
        PlugInMissing: One of them is not loaded.
    """
    loaded = {(origin.contract, origin.kind): origin for origin in ORIGINS.values()}
    found = []
    for origin in recorded:
        now = loaded.get((origin.contract, origin.kind))
        if now is None:
            raise PlugInMissing(origin)
        if now.digest != origin.digest:
            found.append(
                f"{now.name} has changed since this run used it (digest {origin.digest[:12]} then, "
                f"{now.digest[:12]} now), so it need not go on as it would have"
            )
    return found
