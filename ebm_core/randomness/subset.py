"""A random part of some points."""

import torch
from jaxtyping import Float
from torch import Tensor


def some_of(
    points: Float[Tensor, "n ..."], count: int, generator: torch.Generator
) -> Float[Tensor, "m ..."]:
    """At most `count` of the points, in a random order and without repetition."""
    order = torch.randperm(len(points), generator=generator, device=points.device)
    return points[order[:count]]
