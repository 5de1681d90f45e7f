"""What is asked of chains of images: where they start, under which condition, how long."""

import math
from typing import Annotated, Self

import torch
from jaxtyping import Bool, Float
from pydantic import ConfigDict, Field, model_validator
from torch import Tensor

from ebm_core.contracts import Dataset, Shape, setting
from ebm_core.runs.trained import TrainedEnergy
from ebm_core.setting import Settings

LARGEST = 256 * 256 * 3
"""Most grey values of an image that is given."""

Grey = Annotated[float, Field(ge=-10, le=10)]


class Image(Settings):
    """One to start from: the grey values themselves, or a held-out image by its row."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    pixels: Annotated[tuple[Grey, ...], Field(max_length=LARGEST)] | None = setting(
        None,
        title="Pixels",
        description="Grey values, -1 black and 1 white, by channel, row and column.",
    )
    held_out: int | None = setting(
        None,
        title="Held-out image",
        ge=0,
        le=10**7,
        description="The row of a test image; past the last, it begins again.",
    )
    noise: float = setting(
        0.0,
        title="Noise",
        symbol="σ",
        ge=0,
        le=10,
        description="Standard deviation of the noise that is added, in grey values.",
    )

    @model_validator(mode="after")
    def one(self) -> Self:
        """It is one of the two."""
        if (self.pixels is None) == (self.held_out is None):
            raise ValueError('give either "pixels" or "held_out"')
        return self

    def drawn(
        self, trained: TrainedEnergy, count: int, generator: torch.Generator
    ) -> Float[Tensor, "count c h w"]:
        """The image so many times, each with its own noise, on the generator's device.

        Raises:
            ValueError: It has other pixels than the run's images, or there is none held out.
        """
        clean = self.clean(trained.config.dataset).to(generator.device)
        noise = torch.empty(count, *clean.shape, device=generator.device)
        return clean + self.noise * noise.normal_(generator=generator)

    def clean(self, dataset: Dataset) -> Float[Tensor, "c h w"]:
        """The image without noise; errors as in `drawn`."""
        if self.pixels is not None:
            wanted = math.prod(dataset.shape)
            if len(self.pixels) != wanted:
                shape = " x ".join(map(str, dataset.shape))
                raise ValueError(
                    f"the image has {len(self.pixels)} grey values; those of this run have "
                    f"{shape}, which are {wanted}"
                )
            return torch.tensor(self.pixels).view(dataset.shape)
        tests = dataset.labelled("test")
        if tests is None or len(tests[0]) == 0:
            raise ValueError(f"{dataset.title} has no held-out images; give pixels")
        return tests[0][(self.held_out or 0) % len(tests[0])]


class Way(Settings):
    """What to make: chains of a run's images, or the line between two of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: int | None = setting(
        None,
        title="Update",
        ge=0,
        description="One that the run keeps a snapshot of; without it, as it was last saved.",
    )
    start: Image | None = setting(
        None, title="Start", description="An image; without it, chains start from noise."
    )
    to: Image | None = setting(
        None,
        title="To",
        description="An image: no chain is run, and the way is the straight line to it.",
    )
    hole: tuple[bool, ...] | None = setting(
        None,
        title="Hole",
        description="The pixels to fill, by row and column; all others stay as they are.",
    )
    label: int | None = setting(
        None,
        title="Class",
        symbol="y",
        ge=0,
        le=10**6,
        description="Chains follow E(x, y), where the energy is a classifier's.",
    )
    steps: int | None = setting(
        None,
        title="Steps",
        ge=1,
        le=20_000,
        description="Of each chain; left out, as many as the method's way to a sample takes.",
    )
    chains: int = setting(1, title="Chains", ge=1, le=16, description="All at once.")
    seed: int = setting(
        0, title="Seed", ge=0, le=2**53 - 1, description="The same seed gives the same way."
    )

    @model_validator(mode="after")
    def fits(self) -> Self:
        """Its parts go together."""
        if self.to is not None and self.start is None:
            raise ValueError('a line needs two ends; give "start" beside "to"')
        if self.hole is not None and self.start is None:
            raise ValueError('a hole is one in an image; give "start"')
        if self.to is not None and self.hole is not None:
            raise ValueError('a line has no hole; leave out "hole" or "to"')
        if self.hole is not None and not any(self.hole):
            raise ValueError('"hole" has no pixel to fill; make at least one of them true')
        return self

    def open(self, shape: Shape) -> Bool[Tensor, "h w"] | None:
        """The pixels to fill of images of a shape; None without a hole.

        Raises:
            ValueError: They are not as many as an image has.
        """
        if self.hole is None:
            return None
        _, height, width = shape
        if len(self.hole) != height * width:
            raise ValueError(
                f"the hole tells of {len(self.hole)} pixels; images of this run have {height} x "
                f"{width}, which are {height * width}"
            )
        return torch.tensor(self.hole).view(height, width)
