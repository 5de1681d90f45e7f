"""One update in slow motion, as it travels: numbered phases at a dozen points of its batch."""

from ebm_server.protocol.frames import PackedArray, PackedLandscape, Window
from ebm_server.protocol.messages import Message


class PackedArrows(Message):
    start: PackedArray
    end: PackedArray


class PackedPhase(Message):
    """One thing that an update does. Points of the plane are where the stage draws them, in
    [-4.5, 4.5]^2; images are (n, channels, height, width)."""

    name: str
    term: str
    """The part of the method's equation or of its sampler's move that it is, as TeX; "" for none.
    """
    sentence: str
    points: dict[str, PackedArray]
    arrows: dict[str, PackedArrows]
    values: dict[str, dict[str, PackedArray]]
    """Numbers at the points of a name, by name: "before" and "after" are the energy there."""


class SlowMotion(Message):
    """An update that was made, or a step of chains."""

    step: int
    """Updates made, with this one; or steps."""
    window: Window | None
    """What a map of the plane shows, in the data's units; null for images."""
    phases: list[PackedPhase]
    change: PackedLandscape | None
    """E after the update less E before it; null where there is no map, or no update."""
