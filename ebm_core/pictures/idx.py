"""The files of MNIST and of those that are laid out like it."""

import gzip
import io
import zlib

import numpy as np
from jaxtyping import UInt8

from ebm_core.pictures.limits import SET_BYTES, BadPictures

GZIP = b"\x1f\x8b"
BYTES = 0x08
"""What a file of unsigned bytes says of its type."""


def read_idx(data: bytes, name: str) -> UInt8[np.ndarray, "..."]:
    """The array in an IDX file of bytes, packed by gzip or not.

    Raises:
        BadPictures: It is none, or has another length than it says.

    Source:
        LeCun, Cortes and Burges, "The MNIST database", "File formats".
    """
    if data.startswith(GZIP):
        data = unpacked(data, name)
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] != BYTES or not 1 <= data[3] <= 4:
        raise BadPictures(f"{name} is no IDX file of bytes; it begins with {data[:4].hex(' ')}")
    rank = data[3]
    shape = tuple(int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank))
    said, found = int(np.prod(shape, dtype=object)), len(data) - 4 - 4 * rank
    if said != found:
        sizes = " x ".join(map(str, shape))
        raise BadPictures(f"{name} says that it holds {sizes} bytes, and has {found:,}; it is cut")
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def unpacked(data: bytes, name: str) -> bytes:
    """What gzip has packed, as far as it is read."""
    try:
        with gzip.open(io.BytesIO(data)) as file:
            found = file.read(SET_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadPictures(f"{name} is damaged ({error}); bring it again") from error
    if len(found) > SET_BYTES:
        raise BadPictures(f"{name} has more than {SET_BYTES:,} bytes, unpacked")
    return found
