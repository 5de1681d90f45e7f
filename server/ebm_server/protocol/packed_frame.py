"""A packed frame: bytes that are merged and passed on without being decoded."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgpack


@dataclass(frozen=True)
class PackedFrame:
    """The MessagePack of a frame message in two parts, so that a landscape can be handed on."""

    step: int
    core: bytes
    """The packed key-value pairs of all fields but the landscape, without the map's head."""
    fields: int
    """Pairs in `core`; at most 14, as both heads must fit in one byte."""
    landscape: bytes | None = None
    """The packed value of the landscape."""

    @cached_property
    def message(self) -> bytes:
        """The complete message."""
        if self.landscape is None:
            return bytes([0x80 | self.fields]) + self.core
        key = b"\xa9landscape"
        return b"".join((bytes([0x80 | (self.fields + 1)]), self.core, key, self.landscape))

    def over(self, older: "PackedFrame | None") -> "PackedFrame":
        """This frame, with the landscape of an `older` one that was not sent where it has none."""
        if self.landscape is not None or older is None or older.landscape is None:
            return self
        return PackedFrame(self.step, self.core, self.fields, older.landscape)


def packed_frame(
    step: int, fields: dict[str, Any], landscape: dict[str, Any] | None
) -> PackedFrame:
    """Packs the fields of a frame message.

    Raises:
        ValueError: There are more than 14 fields.
    """
    if len(fields) > 14:
        raise ValueError(f"a frame has {len(fields)} fields; at most 14 are allowed")
    core = b"".join(msgpack.packb(part) for pair in fields.items() for part in pair)
    packed = None if landscape is None else bytes(msgpack.packb(landscape))
    return PackedFrame(step, core, len(fields), packed)
