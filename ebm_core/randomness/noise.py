"""Noise: starting points that know nothing of the data, and what blurs the data."""

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Shape, setting

DATA_NOISE = setting(
    0.0,
    title="Data noise",
    ge=0,
    le=10,
    live=True,
    advanced=True,
    description="Standard deviation of the noise added to the data, in data units.",
)
"""The field of methods that blur their data."""


def noise(shape: Shape, count: int, generator: torch.Generator) -> Float[Tensor, "count ..."]:
    """Uniform over [-4, 4]^2 in the plane, and over the grey values -1 to 1 for an image."""
    low, high = (-4.0, 4.0) if len(shape) == 1 else (-1.0, 1.0)
    points = torch.empty(count, *shape, device=generator.device)
    return points.uniform_(low, high, generator=generator)


def blurred(
    points: Float[Tensor, "n ..."], spread: float | Float[Tensor, ""], generator: torch.Generator
) -> Float[Tensor, "n ..."]:
    """points + spread * noise, noise ~ N(0, I), with the graphs of both."""
    return points + spread * torch.empty_like(points).normal_(generator=generator)
