"""Handwritten digits of 8 x 8 pixels."""

from functools import lru_cache
from typing import ClassVar, Literal, Self, final

import torch

from ebm_core.contracts import Shape
from ebm_core.datasets._image_set import ImageSet, Split

TEST = 500
"""Images held out."""


@final
class Digits(ImageSet):
    """1,297 images to train and 500 to test, grey values in [-1, 1] in 17 steps.

    Source:
        Alpaydin and Kaynak (1998), https://doi.org/10.24432/C50P49
    """

    rank: ClassVar[int] = 40
    title: ClassVar[str] = "Digits"
    summary: ClassVar[str] = "Handwritten digits of 8 x 8 pixels, small enough for one core."
    levels: ClassVar[int] = 16

    kind: Literal["digits"] = "digits"

    @classmethod
    def example(cls) -> Self:
        return cls()

    @property
    def shape(self) -> Shape:
        return (1, 8, 8)

    @property
    def classes(self) -> int:
        return 10

    def split(self, name: Literal["train", "test"]) -> Split:
        images, labels = read()
        part = slice(None, -TEST) if name == "train" else slice(-TEST, None)
        return Split(images[part], labels[part])


@lru_cache(maxsize=1)
def read() -> Split:
    """All images in a fixed random order, so that both splits hold the same writers."""
    from sklearn.datasets import load_digits  # takes a second that only digits should cost

    values, labels = load_digits(return_X_y=True)
    order = torch.randperm(len(values), generator=torch.Generator().manual_seed(0))
    images = torch.from_numpy(values).to(torch.uint8).view(-1, 1, 8, 8)
    return Split(images[order], torch.from_numpy(labels).long()[order])
