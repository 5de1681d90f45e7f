"""Sets of images that are published as files: fetched once, or read from a copy at hand."""

import os
from abc import abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

import numpy as np
import torch
from jaxtyping import UInt8
from pydantic import AfterValidator

from ebm_core.contracts import setting
from ebm_core.datasets._image_set import ImageSet, Split
from ebm_core.pictures import BadPictures

FOLDER = "EBM_DATASETS"
"""The variable that says where published sets are kept, in place of the user's cache."""


class PublishedFile(NamedTuple):
    """A file of a published set."""

    name: str
    url: str
    md5: str


class Pictures(NamedTuple):
    """One split as it is read."""

    images: UInt8[np.ndarray, "n c h w"]
    labels: UInt8[np.ndarray, " n"]


class MissingData(ValueError):
    """A published set is neither here nor can it be fetched; the message says what to do."""


def absolute(path: str) -> str:
    """The same from wherever a run goes on."""
    return str(Path(path).expanduser().absolute())


class PublishedImages(ImageSet):
    """A published set. Its files are fetched when it is first drawn from, once for all runs."""

    files: ClassVar[Sequence[PublishedFile]]
    sizes: ClassVar[tuple[int, int]]
    """Images of the published set, to train and to test."""

    data: Annotated[str, AfterValidator(absolute)] | None = setting(
        None,
        title="Local copy",
        advanced=True,
        local=True,
        description="Where the files are on this machine, if they are not to be fetched.",
    )

    @classmethod
    def example(cls) -> Self:
        return cls()

    @classmethod
    @abstractmethod
    def read(cls, place: Path) -> tuple[Pictures, Pictures]:
        """Both splits, from a file or a folder.

        Raises:
            BadPictures: They are not there, or are something else.
        """

    @property
    def at_hand(self) -> bool:
        return self.data is not None or is_kept(type(self))

    @property
    def remarks(self) -> tuple[str, ...]:
        """Says where a copy holds other images than were published."""
        sizes = len(self.split("train").images), len(self.split("test").images)
        if sizes == self.sizes:
            return ()
        place = self.data or folder_of(type(self))
        held = f"{sizes[0]:,} images to train and {sizes[1]:,} to test"
        return (f"{place} is not the published set: it holds {held}",)

    def split(self, name: Literal["train", "test"]) -> Split:
        train, test = splits(type(self), self.data)
        return train if name == "train" else test


@lru_cache(maxsize=2)
def splits(kind: type[PublishedImages], data: str | None) -> tuple[Split, Split]:
    """Both splits of a set.

    Raises:
        MissingData: They are nowhere.
        BadPictures: What is there is something else.
    """
    place = Path(data) if data else folder_of(kind)
    if not data and not is_kept(kind):
        fetch(kind)
    if not place.exists():
        raise MissingData(
            f"{kind.title}: there is nothing at {place}; name the folder of its files by --data, "
            "or leave it out to fetch them"
        )
    try:
        found = kind.read(place)
    except OSError as error:
        raise BadPictures(f"{kind.title}: {place} cannot be read: {error.strerror}") from error
    train, test = (
        Split(torch.from_numpy(part.images.copy()), torch.from_numpy(part.labels.astype(np.int64)))
        for part in found
    )
    return train, test


def folder_of(kind: type[PublishedImages]) -> Path:
    """Where a set is kept once it was fetched."""
    import platformdirs

    base = os.environ.get(FOLDER) or platformdirs.user_cache_dir("ebm-lab")
    return Path(base) / str(kind.model_fields["kind"].default)


def is_kept(kind: type[PublishedImages]) -> bool:
    """Whether all files of a set are kept here; whoever put them there is believed."""
    return all((folder_of(kind) / file.name).is_file() for file in kind.files)


def fetch(kind: type[PublishedImages]) -> None:
    """Fetches the files of a set to where it is kept.

    Raises:
        MissingData: One cannot be fetched, or another file came in its place.
    """
    import pooch  # with requests it takes a third of a second, which only these sets should cost
    from requests import ConnectionError

    folder = folder_of(kind)
    pooch.get_logger().setLevel("WARNING")
    for file in kind.files:
        try:
            pooch.retrieve(file.url, f"md5:{file.md5}", file.name, folder)
        except (OSError, ValueError) as error:
            lost = isinstance(error, ConnectionError)
            why = "there is no way to it" if lost else str(error).split("\n", 1)[0]
            raise MissingData(
                f"{kind.title} is not on this machine, and {file.url} cannot be fetched ({why}). "
                f"Put {', '.join(file.name for file in kind.files)} into {folder}, or name a copy "
                f"by `ebm train --dataset {kind.model_fields['kind'].default} --data PATH`"
            ) from error
