"""What everything on a shelf is: its own frozen configuration, whose fields are a form."""

from typing import ClassVar

from pydantic import ConfigDict

from ebm_core.registry import Shelved

Shape = tuple[int, ...]
"""The shape of one point: (2,) in the plane, (channels, height, width) for an image."""


class PlugIn(Shelved):
    """Something on a shelf, told apart by its field `kind`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    title: ClassVar[str]
    """Its name for people, in the field's words."""
    summary: ClassVar[str]
    """One sentence that explains it."""
