"""A distribution of your own. It runs as it is (a Gaussian cross): change a part at a time.

ebm check my_dataset.py            the tests that every distribution passes
ebm serve --plugin my_dataset.py   its card and its form in the browser
"""

import math
from typing import ClassVar, Literal, final

import torch
from torch import Generator, Tensor

from ebm_core.kit import Labelled, Planar, setting


@final
class MyDataset(Planar):  # in the plane, with a known density; else follow `Dataset` itself
    """The settings: every field is one line of the form."""

    title: ClassVar[str] = "My distribution"
    summary: ClassVar[str] = "What is hard about it, in one sentence for its card."

    kind: Literal["my_dataset"] = "my_dataset"  # its name in files and on the command line
    length: float = setting(
        1.2, title="Length", ge=0.3, le=1.5, description="Standard deviation along each beam."
    )
    width: float = setting(
        0.2, title="Width", ge=0.1, le=1, description="Standard deviation across each beam."
    )

    @property
    def classes(self) -> int:
        """How many classes its points fall into; 1 where there is nothing to tell apart."""
        return 2

    def spreads(self) -> Tensor:
        """Standard deviations of each beam along x and y."""
        return torch.tensor([[self.length, self.width], [self.width, self.length]])

    def sample_labelled(self, count: int, generator: Generator) -> Labelled:
        """Independent points within about [-4, 4]^2, and their classes from 0."""
        which = torch.randint(2, (count,), generator=generator)
        return torch.randn(count, 2, generator=generator) * self.spreads()[which], which

    def log_density(self, points: Tensor) -> Tensor:
        """log p(x) in nats, in float64: it integrates to one, and `ebm check` makes sure."""
        spreads = self.spreads().double()
        squares = (points.double()[:, None] / spreads).square().sum(2)
        heights = -squares / 2 - spreads.log().sum(1) - math.log(2 * math.pi)
        return torch.logsumexp(heights, 1) - math.log(2)

    def modes(self) -> Tensor | None:
        """The centres of separate modes of equal weight; None where there are no such."""
        return None
