"""Pictures as arrays: whole sets of them in an NPY file."""

import io

import numpy as np
from jaxtyping import UInt8
from numpy.typing import NDArray

from ebm_core.pictures.decoding import in_range
from ebm_core.pictures.limits import MOST, BadPictures

CHANNELS = (1, 3)


def read_array(data: bytes, name: str) -> UInt8[np.ndarray, "n c h w"]:
    """The pictures in an NPY file, as (n, channels, height, width) and 0 to 255.

    Raises:
        BadPictures: It has another shape, or holds something else than grey values.
    """
    try:
        values = np.load(io.BytesIO(data), allow_pickle=False)
    except MemoryError as error:  # its header may promise more than the file holds
        raise BadPictures(
            f"{name} claims an array that is larger than memory ({error}); save it by numpy.save"
        ) from error
    except (ValueError, OSError, EOFError) as error:
        raise BadPictures(f"{name} is no array of numbers that can be read ({error})") from error
    return pictures_in(values, name)


def pictures_in(values: NDArray[np.generic], name: str) -> UInt8[np.ndarray, "n c h w"]:
    """Pictures of the shape (n, h, w), (n, h, w, c) or (n, c, h, w), where c is 1 or 3.

    Where both of the latter fit, channels are the last axis.

    Raises:
        BadPictures: They have another shape, or are something else than grey values.
    """
    if values.dtype.kind not in "biuf":
        raise BadPictures(f"{name} holds {values.dtype}; grey values are needed")
    if values.ndim == 3:
        values = values[:, None]
    elif values.ndim == 4 and values.shape[3] in CHANNELS:
        values = values.transpose(0, 3, 1, 2)
    elif values.ndim != 4 or values.shape[1] not in CHANNELS:
        raise BadPictures(
            f"{name} has the shape {values.shape}; (n, height, width), (n, height, width, c) or "
            "(n, c, height, width) with c = 1 or 3 is needed"
        )
    if not 2 <= len(values) <= MOST:
        raise BadPictures(f"{name} holds {len(values):,} pictures; 2 to {MOST:,} are read")
    try:
        return in_range(values)
    except ValueError as error:
        raise BadPictures(f"{name}: {error}") from error
