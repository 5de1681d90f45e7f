"""One way in for pictures of one's own: a folder, a zip archive, or an NPY file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Int64, UInt8
from PIL import Image

from ebm_core.pictures.arrays import read_array
from ebm_core.pictures.decoding import decoded, is_grey, middle, pixels
from ebm_core.pictures.gathering import PictureFile, in_archive, in_folder
from ebm_core.pictures.limits import EDGE, LARGEST, SET_BYTES, SMALLEST, BadPictures

DARK = 64
"""A set whose brightest value is below this is told to be dark."""


class PictureSet(NamedTuple):
    """Pictures of one size."""

    pictures: UInt8[np.ndarray, "n c edge edge"]
    labels: Int64[np.ndarray, " n"] | None
    class_names: tuple[str, ...]
    messages: tuple[str, ...]
    """What was decided, in sentences."""


def read_pictures(
    path: str | Path,
    edge: int | None = None,
    channels: int | None = None,
    labels: str | Path | None = None,
) -> PictureSet:
    """The pictures at a path.

    Args:
        edge: Pixels along an edge; without it that of the pictures, if all are squares of one size
            up to `EDGE`, and else `EDGE`. Of others the middle square is taken and scaled.
        channels: 1 for grey, 3 for colour; without it grey where every picture is.
        labels: An NPY file of whole numbers, one a picture in the order of their names; without it
            sub-folders are classes where every picture lies in one.

    Raises:
        BadPictures: They cannot be read; the message names which, why, and what is read.
        OSError: There is nothing at the path, or it cannot be read.
    """
    path = Path(path)
    if edge is not None and not SMALLEST <= edge <= LARGEST:
        raise BadPictures(f"an edge of {edge} pixels; {SMALLEST} to {LARGEST} are possible")
    if channels not in (None, 1, 3):
        raise BadPictures(f"{channels} channels; 1 (grey) or 3 (colour) are possible")
    found = of_files(path, edge, channels) if holds_files(path) else of_array(path, edge, channels)
    if labels is None:
        return found
    given = labels_in(Path(labels), len(found.pictures))
    names = tuple(map(str, range(int(given.max()) + 1)))
    return found._replace(labels=given, class_names=names)


def holds_files(path: Path) -> bool:
    """Whether the pictures are files of their own; those in an archive of arrays are not."""
    if path.is_dir():
        return True
    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(b"PK\x03\x04"):
        return True
    if start != b"\x93NUMPY":
        raise BadPictures(
            f"{path.name} is no folder, zip archive or NPY file; put single pictures in a folder"
        )
    return False


def of_array(path: Path, edge: int | None, channels: int | None) -> PictureSet:
    """The pictures in an NPY file."""
    pictures = read_array(path.read_bytes(), path.name)
    brightest = int(pictures.max())
    messages = []
    if brightest < DARK:
        messages.append(f"the brightest value is {brightest} of 255: the pictures are nearly black")
    height, width = pictures.shape[2:]
    wanted = edge or edge_of({(width, height)})
    own = pictures.shape[1]
    if (height, width) == (wanted, wanted) and channels in (None, own):
        return PictureSet(pictures, None, (), tuple(messages))
    images = [
        Image.fromarray(one[0] if own == 1 else np.ascontiguousarray(one.transpose(1, 2, 0)))
        for one in pictures
    ]
    made = np.stack([pixels(middle(one, wanted), channels or own) for one in images])
    messages.append(told({(width, height)}, wanted))
    return PictureSet(made, None, (), tuple(messages))


def of_files(path: Path, edge: int | None, channels: int | None) -> PictureSet:
    """The pictures in a folder or an archive."""
    files = in_folder(path) if path.is_dir() else in_archive(path)
    images, names, sizes, grey, held = [], [], set(), True, 0
    for file in files:
        image = decoded(file.data, file.name)
        sizes.add(image.size)
        grey = grey and is_grey(image)
        if edge or edge_of({image.size}) == EDGE:
            image = middle(image, edge or EDGE)
        held += len(image.getbands()) * image.width * image.height
        if held > SET_BYTES:
            raise BadPictures(
                f"the pictures in {path.name} take more than {SET_BYTES:,} bytes up to "
                f"{file.name}; bring fewer, or choose a smaller edge"
            )
        images.append(image)
        names.append(file._replace(data=b""))
    wanted = edge or edge_of(sizes)
    bands = channels or (1 if grey else 3)
    made = np.stack([pixels(middle(one, wanted), bands) for one in images])
    labels, classes, messages = classes_of(names)
    if sizes != {(wanted, wanted)}:
        messages.append(told(sizes, wanted))
    return PictureSet(made, labels, classes, tuple(messages))


def edge_of(sizes: set[tuple[int, int]]) -> int:
    """That of the pictures, where all are small squares of one size."""
    if len(sizes) == 1:
        ((width, height),) = sizes
        if width == height and SMALLEST <= width <= EDGE:
            return width
    return EDGE


def told(sizes: Iterable[tuple[int, int]], edge: int) -> str:
    """What became of pictures of other sizes."""
    found = sorted(sizes, key=lambda size: size[0] * size[1])
    few = " and ".join(
        f"{width} x {height}" for width, height in dict.fromkeys((found[0], found[-1]))
    )
    between = "pictures of" if len(found) <= 2 else "pictures between"
    if all(width == height for width, height in found):
        return f"{between} {few} pixels are scaled to {edge} x {edge}"
    return f"the middle square of {between} {few} pixels is scaled to {edge} x {edge}"


def classes_of(
    files: Sequence[PictureFile],
) -> tuple[Int64[np.ndarray, " n"] | None, tuple[str, ...], list[str]]:
    """The class of each picture by its sub-folder, where every one lies in one of at least two."""
    found = [file.label for file in files]
    counts = Counter(found)
    if None in counts:
        if len(counts) > 1:
            loose = next(file.name for file in files if file.label is None)
            return None, (), [f"sub-folders are no classes, since {loose} lies in none"]
        return None, (), []
    names = tuple(sorted(str(name) for name in counts))
    if len(names) < 2:
        return None, (), []
    where = {name: index for index, name in enumerate(names)}
    labels = np.array([where[str(name)] for name in found], np.int64)
    return labels, names, [f"{len(names)} sub-folders are the classes"]


def labels_in(path: Path, count: int) -> Int64[np.ndarray, " n"]:
    """The classes in an NPY file, from 0, one a picture."""
    try:
        values = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, MemoryError) as error:
        raise BadPictures(
            f"{path.name} is no array of numbers that can be read ({error})"
        ) from error
    if values.shape != (count,) or values.dtype.kind not in "iu":
        raise BadPictures(
            f"{path.name} holds {values.dtype} of the shape {values.shape}; {count} whole numbers "
            "are needed, the class of each picture"
        )
    found = np.unique(values)
    if not np.array_equal(found, np.arange(len(found))):
        raise BadPictures(
            f"{path.name} holds the classes {found[:10].tolist()}; 0, 1, 2, ... are needed"
        )
    return np.asarray(values, np.int64)
