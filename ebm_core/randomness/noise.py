"""Noise that blurs the data."""

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import setting

DATA_NOISE = setting(
    0.0,
    title="Data noise",
    ge=0,
    le=10,
    live=True,
    advanced=True,
    size=1,
    description="Standard deviation of the noise added to the data, in data units.",
)
"""The field of methods that blur their data."""


def blurred(
    points: Float[Tensor, "n ..."], spread: float | Float[Tensor, ""], generator: torch.Generator
) -> Float[Tensor, "n ..."]:
    """points + spread * noise, noise ~ N(0, I), with the graphs of both."""
    return points + spread * torch.empty_like(points).normal_(generator=generator)
