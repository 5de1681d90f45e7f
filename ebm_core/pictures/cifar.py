"""The files of CIFAR-10: batches of bytes, or of pickled arrays that are read as nothing else."""

import io
import pickle
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import UInt8
from numpy.typing import NDArray

from ebm_core.pictures.limits import BadPictures

EDGE = 32
PIXELS = 3 * EDGE * EDGE
ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}
"""What the pickles of plain arrays name; anything else would be other people's code."""


class Batch(NamedTuple):
    """Some pictures and what each of them shows."""

    pictures: UInt8[np.ndarray, "n 3 32 32"]
    labels: UInt8[np.ndarray, " n"]


def read_batch(data: bytes, name: str) -> Batch:
    """A batch in either of the two versions that are published.

    Raises:
        BadPictures: It is none.

    Source:
        Krizhevsky (2009), "Learning multiple layers of features from tiny images".
    """
    return read_pickled(data, name) if data[:1] == b"\x80" else read_binary(data, name)


def read_binary(data: bytes, name: str) -> Batch:
    """Rows of a byte for the class and 3,072 for the pixels."""
    if not data or len(data) % (1 + PIXELS):
        raise BadPictures(
            f"{name} has {len(data):,} bytes, which are no whole number of pictures of "
            f"{1 + PIXELS:,}; it is no batch of CIFAR-10, or is cut"
        )
    rows = np.frombuffer(data, np.uint8).reshape(-1, 1 + PIXELS)
    return checked(rows[:, 1:], rows[:, 0], name)


def read_pickled(data: bytes, name: str) -> Batch:
    """A dictionary of an array and a list, pickled by Python 2."""
    try:
        found = Arrays(io.BytesIO(data), encoding="bytes").load()
    except (pickle.UnpicklingError, ValueError, EOFError, IndexError, KeyError) as error:
        raise BadPictures(f"{name} is no batch of CIFAR-10 ({error})") from error
    if not isinstance(found, dict) or not {b"data", b"labels"} <= found.keys():
        raise BadPictures(f"{name} holds no b'data' and b'labels'; it is no batch of CIFAR-10")
    return checked(np.asarray(found[b"data"]), np.asarray(found[b"labels"]), name)


def checked(pixels: NDArray[Any], labels: NDArray[Any], name: str) -> Batch:
    """Pixels and labels that fit together."""
    if pixels.dtype != np.uint8 or pixels.shape != (len(labels), PIXELS) or labels.ndim != 1:
        raise BadPictures(
            f"{name} holds {pixels.dtype} of the shape {pixels.shape} and {labels.shape} labels; "
            f"bytes of (n, {PIXELS}) and n labels are needed"
        )
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > 9:
        raise BadPictures(f"{name} has labels from {labels.min()} to {labels.max()}; 0 to 9")
    return Batch(pixels.reshape(-1, 3, EDGE, EDGE), labels.astype(np.uint8))


class Arrays(pickle.Unpickler):
    """Reads plain containers and arrays, and refuses all else before anything of it is run."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which no array needs")
        return super().find_class(module, name)
