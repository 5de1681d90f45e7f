"""The generator of a learned sampler: a network from latents to points."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ebm_core.contracts import Shape
from ebm_core.methods.learned_sampler._architectures import Architecture, layers
from ebm_core.randomness.noise import blurred
from ebm_core.ranks import Ranks

SHOWN = 256
"""Samples in a frame."""
AVERAGING = 0.995
"""Decay of the moving average of a generator's weights, by which its samples are drawn."""


class Generator(nn.Module):
    """x = G(z) + s noise with z ~ N(0, I): a sampler whose conditional density is known.

    Args:
        latents: Entries of z.
        width: Units of its hidden layers, or channels: see `Architecture`.
        shape: Shape of one point.
        spread: s at the start, in data units.
        bounds: Where s is kept; equal ones hold it fixed.
        batch_norm: Whether each hidden layer is normalised over the batch, with learned scales.
        architecture: What it is made of.

    Raises:
        ValueError: Images are to be made of points that are none.
    """

    def __init__(
        self,
        latents: int,
        width: int,
        shape: Shape,
        spread: float,
        bounds: tuple[float, float],
        batch_norm: bool = False,
        architecture: Architecture = "perceptron",
    ) -> None:
        super().__init__()
        self.latents = latents
        self.shape = shape
        self.bounds = bounds
        self.body = layers(architecture, latents, width, shape, batch_norm)
        self.log_spread = nn.Parameter(torch.tensor(math.log(spread)))

    @property
    def spread(self) -> Tensor:
        """s, kept within its bounds."""
        low, high = self.bounds
        return self.log_spread.clamp(math.log(low), math.log(high)).exp()

    @property
    def scales(self) -> list[Tensor]:
        """The batch-norm scales gamma, a vector a layer; empty without batch norm."""
        normalised = (nn.BatchNorm1d, nn.BatchNorm2d)
        return [layer.weight for layer in self.body.modules() if isinstance(layer, normalised)]

    def forward(self, latents: Float[Tensor, "n z"]) -> Float[Tensor, "n ..."]:
        """G(z); with batch norm, a point depends on the rest of the batch (see `settled`)."""
        flat: Tensor = self.body(latents)
        return flat.view(-1, *self.shape)

    @torch.no_grad()
    def settled(self, latents: Float[Tensor, "n z"]) -> Float[Tensor, "n ..."]:
        """G(z) with the running means of batch norm, which stay as they are; without a graph."""
        self.eval()
        points: Tensor = self(latents)
        self.train()
        return points

    @torch.no_grad()
    def sample(
        self, count: int, generator: torch.Generator, noisy: bool
    ) -> Float[Tensor, "count ..."]:
        """G(z) from fresh z, or x = G(z) + s n where it is `noisy`."""
        centres = self.settled(self.draw_latents(count, generator))
        return blurred(centres, self.spread, generator) if noisy else centres

    def draw_latents(self, count: int, generator: torch.Generator) -> Float[Tensor, "count z"]:
        """z ~ N(0, I)."""
        device = self.log_spread.device
        return torch.randn(count, self.latents, generator=generator, device=device)

    @torch.no_grad()
    def agree(self, ranks: Ranks) -> None:
        """Batch norm goes by a rank's own share of the batch; its running means are of all."""
        means = [buffer for buffer in self.buffers() if buffer.is_floating_point()]
        for own, mean in zip(means, ranks.averaged(means), strict=True):
            own.copy_(mean)

    def shown_latents(self) -> Float[Tensor, "n z"]:
        """The z whose G(z) are shown: always the same."""
        generator = torch.Generator(self.log_spread.device).manual_seed(1)
        return self.draw_latents(SHOWN, generator)


def downhill(samples: Float[Tensor, "n ..."], slopes: Float[Tensor, "n ..."]) -> Float[Tensor, ""]:
    """A loss with the gradient slope / n by each of n samples: its descent moves them downhill."""
    return (slopes * samples).flatten(1).sum(1).mean()
