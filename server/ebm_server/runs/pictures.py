"""The pictures that runs are trained on: kept beside points, by digest, until no run needs them."""

import asyncio
from pathlib import Path

import numpy as np

from ebm_server import decoding
from ebm_server.protocol.pictures import OwnPictures
from ebm_server.refusals import Refused
from ebm_server.runs.points import PointFiles
from ebm_server.runs.reports import write_json

TOLD = {"name", "class_names"}
"""What an array cannot tell of a file, kept beside it."""


async def keep(files: PointFiles, data: bytes, name: str, edge: int | None) -> OwnPictures:
    """Reads a file of pictures, for runs to come.

    Raises:
        Invalid: It holds none that can be read.
    """
    async with files.reading("pictures") as apart:
        read = await decoding.read_pictures(data, name, edge, apart)
        write_json(apart / files.words(read.digest).name, read.model_dump(include=TOLD))
        return read


async def kept(files: PointFiles, digest: str) -> OwnPictures:
    """What was read of pictures that are still kept.

    Raises:
        Refused: They are not, or are none.
    """
    if not files.file(digest).is_file():
        raise Refused(404, f"the pictures {digest} are not kept; send their file again")
    read = await asyncio.to_thread(_told, files.file(digest), digest)
    return read.model_copy(update=files.told(digest) or {})


def _told(file: Path, digest: str) -> OwnPictures:
    pictures = np.load(file, mmap_mode="r", allow_pickle=False)
    if pictures.ndim != 4:
        raise Refused(404, f"what is kept as {digest} has the shape {pictures.shape}: no pictures")
    reference = {"digest": digest, "rows": len(pictures)}
    return decoding.told_of(pictures, reference, "", None, [], [])
