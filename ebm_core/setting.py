"""A field of a configuration: its bounds, and how a form shows it."""

from typing import Any

from pydantic import Field


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
    """
    marks = {
        "symbol": symbol,
        "live": live,
        "log": log,
        "advanced": advanced,
        "size": size,
        "fine": fine,
    }
    return Field(
        default,
        title=title,
        description=description,
        json_schema_extra={name: mark for name, mark in marks.items() if mark},
        **bounds,
    )
