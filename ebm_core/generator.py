"""The generator of a learned sampler: a network from latents to points."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ebm_core.contracts import Shape


class Generator(nn.Module):
    """x = G(z) + s noise with z ~ N(0, I): a sampler whose conditional density is known.

    Args:
        latents: Entries of z.
        width: Units of each of the two hidden layers.
        shape: Shape of one point.
        spread: s at the start, in data units.
        bounds: Where s is kept.
    """

    def __init__(
        self, latents: int, width: int, shape: Shape, spread: float, bounds: tuple[float, float]
    ) -> None:
        super().__init__()
        self.latents = latents
        self.shape = shape
        self.bounds = bounds
        self.body = nn.Sequential(
            nn.Linear(latents, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, torch.Size(shape).numel()),
        )
        self.log_spread = nn.Parameter(torch.tensor(math.log(spread)))

    @property
    def spread(self) -> Tensor:
        """s, kept within its bounds."""
        low, high = self.bounds
        return self.log_spread.clamp(math.log(low), math.log(high)).exp()

    def forward(self, latents: Float[Tensor, "n z"]) -> Float[Tensor, "n ..."]:
        flat: Tensor = self.body(latents)
        return flat.view(-1, *self.shape)

    def draw_latents(self, count: int, generator: torch.Generator) -> Float[Tensor, "count z"]:
        """z ~ N(0, I)."""
        device = self.log_spread.device
        return torch.randn(count, self.latents, generator=generator, device=device)
