"""Photographs of 32 x 32 pixels in colour, in CIFAR-10's files."""

import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import ClassVar, Literal, final

import numpy as np

from ebm_core.contracts import Shape
from ebm_core.datasets._published import Pictures, PublishedFile, PublishedImages
from ebm_core.pictures import BadPictures
from ebm_core.pictures.cifar import read_batch

TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = "test_batch"
SHOWN = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
BATCH_BYTES = 32 * 2**20
"""Of one batch; a published one has 31 MB."""


@final
class Cifar10(PublishedImages):
    """50,000 photographs of ten classes to train, and 10,000 to test.

    Source:
        Krizhevsky (2009), https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf
    """

    rank: ClassVar[int] = 43
    title: ClassVar[str] = "CIFAR-10"
    summary: ClassVar[str] = "Photographs of 32 x 32 pixels in colour; fetched once, 170 MB."
    files: ClassVar[Sequence[PublishedFile]] = (
        PublishedFile(
            "cifar-10-binary.tar.gz",
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            "c32a1d4ab5d03f1284b67883e8d87530",
        ),
    )

    sizes: ClassVar[tuple[int, int]] = (50_000, 10_000)

    kind: Literal["cifar10"] = "cifar10"

    @property
    def shape(self) -> Shape:
        return (3, 32, 32)

    @property
    def classes(self) -> int:
        return 10

    @property
    def class_names(self) -> tuple[str, ...]:
        return SHOWN

    @classmethod
    def read(cls, place: Path) -> tuple[Pictures, Pictures]:
        """From the batches in a folder, or in the archive that they are published in.

        The batches are those of the binary version or of the pickled one, of which nothing but
        plain arrays is read.
        """
        found = {PurePosixPath(name).stem: read_batch(data, name) for name, data in batches(place)}
        train = [found[name] for name in TRAIN if name in found]
        if not train or TEST not in found:
            raise BadPictures(
                f"{place} holds {', '.join(sorted(found)) or 'no batches'}; {TRAIN[0]} (and up to "
                f"{TRAIN[-1]}) and {TEST} are needed, with the ending .bin or none"
            )
        images = np.concatenate([batch.pictures for batch in train])
        labels = np.concatenate([batch.labels for batch in train])
        return Pictures(images, labels), Pictures(*found[TEST])


def batches(place: Path) -> Iterator[tuple[str, bytes]]:
    """The batches by name, from a folder (or one in it), or from an archive, of which nothing is
    written to the disk."""
    if place.is_dir():
        archives = sorted(place.glob("cifar-10-*.tar.gz"))
        files = [file for file in sorted(place.rglob("*")) if is_batch(file.name)]
        if archives and not files:
            yield from batches(archives[0])
        for file in files:
            yield file.name, file.read_bytes()
        return
    try:
        with tarfile.open(place) as archive:
            for member in archive:
                if member.isfile() and is_batch(PurePosixPath(member.name).name):
                    content = archive.extractfile(member)
                    assert content is not None
                    yield PurePosixPath(member.name).name, content.read(BATCH_BYTES)
    except (tarfile.TarError, EOFError) as error:
        raise BadPictures(f"{place} is no archive of CIFAR-10 that is whole ({error})") from error


def is_batch(name: str) -> bool:
    """Whether a file is called like a batch."""
    path = PurePosixPath(name)
    return path.stem in (*TRAIN, TEST) and path.suffix in ("", ".bin")
