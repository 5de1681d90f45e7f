"""What distributions on the plane share: an exact density, and fresh points without end."""

from abc import ABC
from typing import Literal, Self

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ebm_core.contracts import Dataset, Shape

Labelled = tuple[Float[Tensor, "count 2"], Int[Tensor, " count"]]

WORK = 200_000
"""Numbers in one chunk of a distance table: they stay in the processor's cache."""


class Planar(Dataset, ABC):
    """A distribution on the plane with a known density, within about [-4, 4]^2."""

    @classmethod
    def example(cls) -> Self:
        return cls()

    @property
    def shape(self) -> Shape:
        return (2,)

    @property
    def has_density(self) -> bool:
        return True

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count 2"]:
        return self.sample_labelled(count, generator)[0]

    def labelled(self, split: Literal["train", "test"]) -> None:
        return None

    def held_out_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        return self.sample_labelled(count, generator)


def normal(count: int, sd: float, generator: torch.Generator) -> Float[Tensor, "count 2"]:
    """Draws of N(0, sd^2 I)."""
    return sd * torch.randn(count, 2, generator=generator)


def on_circle(radius: Float[Tensor, " n"], angle: Float[Tensor, " n"]) -> Float[Tensor, "n 2"]:
    """Points from polar coordinates."""
    return torch.stack((radius * angle.cos(), radius * angle.sin()), dim=-1)


def log_mixture(
    points: Float[Tensor, "n 2"],
    centers: Float[Tensor, "m 2"],
    weights: Float[Tensor, " m"],
    sd: float,
) -> Float[Tensor, " n"]:
    """log sum_i w_i N(x; c_i, sd^2 I), float64, in time n * m and bounded memory.

    Far from every centre the nearest one decides, so that nothing underflows.
    """
    centers, weights = centers.double(), weights.double()
    constant = weights.log() - torch.log(torch.tensor(2 * torch.pi * sd**2, dtype=torch.float64))
    # log w_i N(x; c_i) = x . c_i / sd^2 + (constant - |c_i|^2 / (2 sd^2)) - |x|^2 / (2 sd^2)
    offsets = constant - centers.square().sum(1) / (2 * sd**2)
    slopes = (centers / sd**2).T
    values = []
    for chunk in torch.split(points.double(), max(1, WORK // len(centers))):
        table = torch.addmm(offsets, chunk, slopes)
        nearest = table.amax(1, keepdim=True)
        # exp(-80) is nothing beside 1; below -700 exp takes a path ten times as slow
        total = table.sub_(nearest).clamp_(min=-80).exp_().sum(1)
        values.append(total.log() + nearest[:, 0] - chunk.square().sum(1) / (2 * sd**2))
    return torch.cat(values) if values else points.new_zeros(0, dtype=torch.float64)
