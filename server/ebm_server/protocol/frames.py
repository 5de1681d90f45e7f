"""Moments of a run as they travel: arrays, landscapes and frames, packed."""

from typing import Literal

from pydantic import ConfigDict

from ebm_server.protocol.messages import Message, Values

Window = tuple[tuple[float, float], tuple[float, float]]
"""Lowest and highest x, and y."""


class PackedArray(Message):
    """Raw little-endian numbers, C order. f4 is float32, u1 and u2 unsigned integers."""

    dtype: Literal["f4", "u1", "u2"]
    shape: list[int]
    data: bytes


class QuantisedArray(PackedArray):
    """Whole numbers that stand for others: value = lo + (hi - lo) * q / (2**bits - 1)."""

    lo: float
    hi: float


class PackedLandscape(QuantisedArray):
    """Energies. Row 0 is the lowest y; cell centres over a window in the data's units."""

    window: Window


class FrameMessage(Message):
    """One moment of a run: it renews the arrays and the landscape that it brings; all others keep
    their last value. The first one after `Watch` brings all that is known."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: Literal["frame"]
    run: str
    step: int
    seconds: float
    metrics: Values
    window: Window | None
    """What a map of the plane shows, in the data's units; null for images."""
    places: list[str]
    """The arrays that are points of the plane: on the stage, where the window is [-4.5, 4.5]^2."""
    arrays: dict[str, QuantisedArray | PackedArray]
    landscape: PackedLandscape | None = None
