"""What everything on a shelf is: its own frozen configuration, whose fields are a form."""

from typing import Any, ClassVar

from pydantic import ConfigDict, Field

from ebm_core.registry import Shelved

Shape = tuple[int, ...]
"""The shape of one point: (2,) in the plane, (channels, height, width) for an image."""


def setting(
    default: Any = ...,
    *,
    title: str,
    description: str,
    symbol: str | None = None,
    live: bool = False,
    log: bool = False,
    advanced: bool = False,
    **bounds: Any,
) -> Any:
    """A plug-in's field: bounds as in pydantic's `Field`, and how the form shows it.

    Args:
        symbol: The field's letter in the method's formula, such as "η".
        live: It may change while a run goes on.
        log: Its slider is logarithmic.
        advanced: It is shown only when all settings are asked for.
    """
    marks = {"symbol": symbol, "live": live, "log": log, "advanced": advanced}
    return Field(
        default,
        title=title,
        description=description,
        json_schema_extra={name: mark for name, mark in marks.items() if mark},
        **bounds,
    )


class PlugIn(Shelved):
    """Something on a shelf, told apart by its field `kind`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    title: ClassVar[str]
    """Its name for people, in the field's words."""
    summary: ClassVar[str]
    """One sentence for a tooltip."""
