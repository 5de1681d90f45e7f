"""Points of one's own are read from a file and kept, until no run needs them."""

from pathlib import Path

from ebm_server import core
from ebm_server.protocol.points import OwnPoints
from ebm_server.refusals import Refused
from ebm_server.runs.points import TOLD, PointFiles
from ebm_server.runs.reports import write_json


async def keep(
    files: PointFiles,
    data: bytes,
    name: str,
    columns: str | None,
    labels: str | None,
    classes: str | None,
) -> OwnPoints:
    """Reads a file of points, for runs to come."""
    async with files.reading("points") as apart:
        read = await core.keep_points(data, name, apart, columns, labels, classes)
        words = apart / files.words(read.digest).name
        write_json(words, read.model_dump(include=set(TOLD)))
        return read


async def kept(files: PointFiles, digest: str) -> OwnPoints:
    """What was read of points that are still kept; refused with 404 where they are not."""
    file_of(files, digest)
    kept = await core.kept_points(digest, files.folder)
    return kept.model_validate(kept.model_dump() | (files.told(digest) or {}))


def file_of(files: PointFiles, digest: str) -> Path:
    """Where points are kept, or their classes; refused with 404 where they are not."""
    found = files.file(digest)
    if not found.is_file():
        raise Refused(404, f"the points {digest} are not kept; send their file again")
    return found
