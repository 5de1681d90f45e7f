"""A way of images to the bytes of the wire."""

import msgpack

from ebm_core.playground.way import Outcome
from ebm_server.protocol.packing import levels, pack_array


def pack_way(way: Outcome) -> bytes:
    """A `WayMade` as MessagePack; grey values are whole numbers of 8 bits.

    Raises:
        ValueError: A value is not finite.
    """
    message: bytes = msgpack.packb(
        {
            "step": way.step,
            "description": way.description,
            "at": pack_array(way.at),
            "images": levels(way.images, "u1"),
            "energies": pack_array(way.energies),
            "ends": {name: pack_array(array) for name, array in way.ends.items()},
            "seconds": way.seconds,
        }
    )
    return message
