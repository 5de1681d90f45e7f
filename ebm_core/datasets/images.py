"""The user's own pictures."""

from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import field_validator, model_validator

from ebm_core.contracts import Shape, setting
from ebm_core.contracts.frozen_array import FrozenArray, Rows
from ebm_core.datasets._classes import CLASSES, refuse_other_classes
from ebm_core.datasets._image_set import LISTED, ImageSet, Split
from ebm_core.pictures.decoding import in_range
from ebm_core.pictures.limits import LARGEST, MOST, SMALLEST

PICTURES = Rows(row=None, least=2, most=MOST, dtype=np.uint8)


@final
class Images(ImageSet):
    """Pictures of one size, of which a tenth is held out (one at least, 10,000 at most)."""

    rank: ClassVar[int] = 44
    title: ClassVar[str] = "Your images"
    summary: ClassVar[str] = "Pictures of your own; a tenth is held out."

    kind: Literal["images"] = "images"
    pictures: Annotated[FrozenArray, PICTURES] = setting(
        title="Pictures",
        description="Grey values from 0 to 255, as (n, channels, height, width) with 1 or 3 "
        "channels.",
    )
    labels: Annotated[FrozenArray, CLASSES] | None = setting(
        None,
        title="Classes",
        description="The class of each picture, from 0, for methods that learn to tell them apart.",
        advanced=True,
    )

    @field_validator("pictures", mode="before")
    @classmethod
    def in_bytes(cls, given: Any) -> Any:
        """Arrays of other types are taken to 0 to 255 by their own range, as those of files are."""
        if isinstance(given, torch.Tensor):
            given = given.detach().cpu().numpy()
        if isinstance(given, np.ndarray) and given.dtype.kind in "biuf":
            return FrozenArray(in_range(given), np.uint8)
        return given

    @model_validator(mode="after")
    def are_pictures(self) -> Self:
        """Refuses arrays of another shape, and pictures that are all the same."""
        array = self.pictures.array
        edges = array.shape[2:]
        small = all(SMALLEST <= edge <= LARGEST for edge in edges)
        if array.ndim != 4 or array.shape[1] not in (1, 3) or not small:
            raise ValueError(
                f"pictures have the shape {array.shape}; (n, 1 or 3, height, width) is needed, "
                f"with edges of {SMALLEST} to {LARGEST} pixels"
            )
        if (array == array[:1]).all():
            raise ValueError(
                f"all {len(array)} pictures are the same; at least two different ones are needed"
            )
        return self

    @model_validator(mode="after")
    def labelled_from_zero(self) -> Self:
        """Refuses classes that are not one a picture, from 0, each with a picture."""
        refuse_other_classes(self.labels, len(self.pictures), "pictures")
        return self

    @classmethod
    def example(cls) -> Self:
        """Discs, frames and crosses."""
        pictures, labels = figures(90)
        return cls(pictures=FrozenArray(pictures, np.uint8), labels=FrozenArray(labels, np.int64))

    @property
    def shape(self) -> Shape:
        channels, height, width = self.pictures.array.shape[1:]
        return (channels, height, width)

    @property
    def classes(self) -> int:
        return 1 if self.labels is None else int(self.labels.array.max()) + 1

    def split(self, name: Literal["train", "test"]) -> Split:
        train, test = parted(self.pictures, self.labels)
        return train if name == "train" else test


@lru_cache(maxsize=2)
def parted(pictures: FrozenArray, labels: FrozenArray | None) -> tuple[Split, Split]:
    """Those to train and those to test, the same ones each time."""
    count = len(pictures)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    classes = np.zeros(count, np.int64) if labels is None else labels.array
    held = min(max(1, count // 10), LISTED)
    train, test = (
        Split(
            torch.from_numpy(pictures.array[rows.numpy()]),
            torch.from_numpy(classes[rows.numpy()]),
        )
        for rows in (order[held:], order[:held])
    )
    return train, test


def figures(count: int, edge: int = 16) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Discs, frames and crosses of several sizes, one below the other."""
    random = np.random.default_rng(0)
    along = np.arange(edge)
    labels = np.arange(count) % 3
    pictures = np.zeros((count, 1, edge, edge), np.uint8)
    for picture, label in zip(pictures[:, 0], labels, strict=True):
        radius = random.uniform(3, 6)
        x, y = random.uniform(radius, edge - 1 - radius, 2)
        across, down = np.abs(along[None, :] - x), np.abs(along[:, None] - y)
        far = np.maximum(across, down)
        disc = across**2 + down**2 < radius**2
        frame = (far < radius) & (far > radius - 2)
        cross = (np.minimum(across, down) < 1) & (far < radius)
        picture[(disc, frame, cross)[label]] = 255
    return pictures, labels
