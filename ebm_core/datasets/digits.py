"""Handwritten digits of 8 x 8 pixels."""

from functools import lru_cache
from typing import ClassVar, Literal, Self, final

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ebm_core.contracts import Dataset, Shape, setting

Labelled = tuple[Float[Tensor, "n 1 8 8"], Int[Tensor, " n"]]

TEST = 500
"""Images held out."""


@final
class Digits(Dataset):
    """1,297 images to train and 500 to test, grey values in [-1, 1].

    Source:
        Alpaydin and Kaynak (1998), https://doi.org/10.24432/C50P49
    """

    rank: ClassVar[int] = 40
    title: ClassVar[str] = "Digits"
    summary: ClassVar[str] = "Handwritten digits of 8 x 8 pixels, small enough for one core."

    kind: Literal["digits"] = "digits"
    noise: float = setting(
        0.03,
        ge=0,
        le=0.5,
        title="Noise",
        description="Standard deviation of the noise on training images; without it no density "
        "exists, as grey values come in 17 steps.",
    )

    @classmethod
    def example(cls) -> Self:
        return cls()

    @property
    def shape(self) -> Shape:
        return (1, 8, 8)

    @property
    def has_density(self) -> bool:
        return False

    def labelled(self, split: Literal["train", "test"]) -> Labelled:
        """Every clean image of a split and the digit it shows."""
        images, labels = read()
        part = slice(None, -TEST) if split == "train" else slice(-TEST, None)
        return images[part], labels[part]

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count 1 8 8"]:
        return self.sample_labelled(count, generator)[0]

    @property
    def classes(self) -> int:
        return 10

    def sample_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        images, labels = self.labelled("train")
        rows = torch.randint(len(images), (count,), generator=generator)
        drawn = images[rows]
        return drawn + self.noise * torch.randn(drawn.shape, generator=generator), labels[rows]

    def held_out(self, count: int, generator: torch.Generator) -> Float[Tensor, "n 1 8 8"]:
        """The first `count` test images, clean."""
        return self.labelled("test")[0][:count]

    def log_density(self, points: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        raise ValueError("dataset 'digits' has no known density; compare by the Frechet distance")

    def modes(self) -> None:
        return None


@lru_cache(maxsize=1)
def read() -> Labelled:
    """All images in a fixed random order, so that both splits hold the same writers."""
    from sklearn.datasets import load_digits  # takes a second that only digits should cost

    values, labels = load_digits(return_X_y=True)
    order = torch.randperm(len(values), generator=torch.Generator().manual_seed(0))
    images = torch.from_numpy(values).float().view(-1, 1, 8, 8) / 8 - 1
    return images[order], torch.from_numpy(labels).long()[order]
