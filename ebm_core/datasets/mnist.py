"""Digits and garments of 28 x 28 pixels, in MNIST's files."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Literal, final
from zipfile import BadZipFile

import numpy as np
from jaxtyping import UInt8

from ebm_core.contracts import Shape
from ebm_core.datasets._published import Pictures, PublishedFile, PublishedImages
from ebm_core.pictures import BadPictures
from ebm_core.pictures.idx import read_idx

EDGE = 28
PARTS = ("train-images", "train-labels", "t10k-images", "t10k-labels")
"""What the names of the files begin with."""
GARMENTS = (
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
ARRAYS = ("x_train", "y_train", "x_test", "y_test")
"""What they are called in one NPZ file, as Keras has it."""


def published(base: str, sums: Sequence[str]) -> tuple[PublishedFile, ...]:
    """The four files at an address, with their MD5 sums."""
    names = [f"{part}-idx{3 if 'images' in part else 1}-ubyte.gz" for part in PARTS]
    pairs = zip(names, sums, strict=True)
    return tuple(PublishedFile(name, base + name, md5) for name, md5 in pairs)


class LikeMnist:
    """70,000 grey images of ten classes, 10,000 of them held out."""

    sizes: ClassVar[tuple[int, int]] = (60_000, 10_000)

    @property
    def shape(self) -> Shape:
        return (1, EDGE, EDGE)

    @property
    def classes(self) -> int:
        return 10

    @classmethod
    def read(cls, place: Path) -> tuple[Pictures, Pictures]:
        """From the folder of the four IDX files, packed or not, or from Keras' NPZ file."""
        images, labels, test, test_labels = in_folder(place) if place.is_dir() else in_npz(place)
        return checked(images, labels, place), checked(test, test_labels, place)


@final
class Mnist(LikeMnist, PublishedImages):
    """Handwritten digits.

    Source:
        LeCun, Bottou, Bengio and Haffner (1998), https://doi.org/10.1109/5.726791
    """

    rank: ClassVar[int] = 41
    title: ClassVar[str] = "MNIST"
    summary: ClassVar[str] = "Handwritten digits of 28 x 28 pixels; fetched once, 11 MB."
    files: ClassVar[Sequence[PublishedFile]] = published(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        (
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
    )

    kind: Literal["mnist"] = "mnist"


@final
class FashionMnist(LikeMnist, PublishedImages):
    """Garments, shoes and bags.

    Source:
        Xiao, Rasul and Vollgraf (2017), https://arxiv.org/abs/1708.07747
    """

    rank: ClassVar[int] = 42
    title: ClassVar[str] = "Fashion-MNIST"
    summary: ClassVar[str] = "Garments of 28 x 28 pixels; fetched once, 30 MB."
    files: ClassVar[Sequence[PublishedFile]] = published(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        (
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
    )

    kind: Literal["fashion_mnist"] = "fashion_mnist"

    @property
    def class_names(self) -> tuple[str, ...]:
        return GARMENTS


def in_folder(folder: Path) -> list[UInt8[np.ndarray, "..."]]:
    """The arrays of the four files; people's copies spell their names in several ways."""
    found = []
    for part in PARTS:
        spelled = re.compile(part.replace("-", "[-_.]") + r"([-_.]idx\d)?([-_.]ubyte)?(\.gz)?")
        files = sorted(file for file in folder.iterdir() if spelled.fullmatch(file.name))
        if not files:
            raise BadPictures(
                f"{folder} holds no {part}-idx{3 if 'images' in part else 1}-ubyte, packed by gzip "
                f"or not; all of {', '.join(PARTS)} are needed"
            )
        found.append(read_idx(files[0].read_bytes(), str(files[0])))
    return found


def in_npz(file: Path) -> list[UInt8[np.ndarray, "..."]]:
    """The four arrays of one file."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            return [np.asarray(archive[name]) for name in ARRAYS]
    except (ValueError, EOFError, KeyError, AttributeError, MemoryError, BadZipFile) as error:
        raise BadPictures(
            f"{file} is no NPZ file with {', '.join(ARRAYS)}; name one, or the folder of the four "
            "IDX files"
        ) from error


def checked(
    images: UInt8[np.ndarray, "..."], labels: UInt8[np.ndarray, "..."], place: Path
) -> Pictures:
    """Images and labels that fit together."""
    if images.shape[1:] != (EDGE, EDGE) or labels.shape != images.shape[:1] or len(images) < 2:
        raise BadPictures(
            f"{place} holds images of the shape {images.shape} and labels of {labels.shape}; "
            f"(n, {EDGE}, {EDGE}) and (n,) are needed, of other sizes take the dataset 'images'"
        )
    if images.dtype != np.uint8 or labels.dtype.kind not in "iu":
        raise BadPictures(f"{place} holds {images.dtype} and {labels.dtype}; bytes are needed")
    if not 0 <= labels.min() <= labels.max() <= 9:
        raise BadPictures(
            f"{place} has labels from {labels.min()} to {labels.max()}; 0 to 9 are needed"
        )
    return Pictures(images[:, None], labels.astype(np.uint8))
