"""What sets of images have in common: grey values in [-1, 1], a little noise, held-out images."""

from abc import abstractmethod
from typing import ClassVar, Literal, NamedTuple

import torch
from jaxtyping import Float, Int, Integer
from torch import Tensor

from ebm_core.contracts import Dataset, setting

LISTED = 10_000
"""Images of a split that samples are judged against; more would say little more, and take long."""

Labelled = tuple[Float[Tensor, "n c h w"], Int[Tensor, " n"]]


class Split(NamedTuple):
    """Clean images, as whole numbers from 0 to `ImageSet.levels`."""

    images: Integer[Tensor, "n c h w"]
    labels: Int[Tensor, " n"]


class ImageSet(Dataset):
    """Images of which there is a list, some of them held out."""

    levels: ClassVar[int] = 255
    """What white is."""

    noise: float = setting(
        0.03,
        ge=0,
        le=0.5,
        title="Noise",
        description="Standard deviation of the noise on training images; without it no density "
        "exists, as grey values come in steps.",
    )

    @abstractmethod
    def split(self, name: Literal["train", "test"]) -> Split:
        """All images of a split, and the class of each."""

    @property
    def has_density(self) -> bool:
        return False

    def grey(self, images: Integer[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        """Grey values in [-1, 1]."""
        return images.float() * (2 / self.levels) - 1

    def labelled(self, split: Literal["train", "test"]) -> Labelled:
        """The first `LISTED` clean images of a split and what they show."""
        found = self.split(split)
        return self.grey(found.images[:LISTED]), found.labels[:LISTED]

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count c h w"]:
        return self.sample_labelled(count, generator)[0]

    def sample_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        train = self.split("train")
        rows = torch.randint(len(train.images), (count,), generator=generator)
        drawn = self.grey(train.images[rows])
        noise = self.noise * torch.randn(drawn.shape, generator=generator)
        return drawn + noise, train.labels[rows]

    def held_out_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        """The first `count` test images, clean, and what they show."""
        test = self.split("test")
        return self.grey(test.images[:count]), test.labels[:count]

    def log_density(self, points: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        raise ValueError(f"{self.title} has no known density; compare by the Frechet distance")

    def modes(self) -> None:
        return None
