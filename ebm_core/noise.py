"""Starting points that know nothing of the data."""

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Shape


def noise(shape: Shape, count: int, generator: torch.Generator) -> Float[Tensor, "count ..."]:
    """Uniform over [-4, 4]^2 in the plane, and over the grey values -1 to 1 for an image."""
    low, high = (-4.0, 4.0) if len(shape) == 1 else (-1.0, 1.0)
    points = torch.empty(count, *shape, device=generator.device)
    return points.uniform_(low, high, generator=generator)
