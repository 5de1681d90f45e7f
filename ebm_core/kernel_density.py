"""A mixture of equal Gaussians at given centres: its density, its score, samples of it."""

import math

import torch
from jaxtyping import Float
from torch import Tensor


class KernelDensity:
    """q(x) = mean over centres c of N(x; c, s^2 I).

    With the centres G(z) of a generator whose conditional is N(G(z), s^2 I), q is an unbiased
    estimate of the generator's marginal density, not a smoothing of it.
    """

    def __init__(self, centres: Float[Tensor, "m ..."], spread: Float[Tensor, ""]) -> None:
        self.centres = centres.flatten(1)
        self.spread = spread

    def exponents(self, points: Float[Tensor, "n d"]) -> Float[Tensor, "n m"]:
        """-|x - c|^2 / (2 s^2)."""
        products = torch.addmm(
            self.centres.square().sum(1), points, self.centres.T, beta=-0.5, alpha=1.0
        )
        return (products - 0.5 * points.square().sum(1, keepdim=True)) / self.spread.square()

    def log_density(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        """log q(x), in nats."""
        flat = points.flatten(1)
        normaliser = math.log(len(self.centres)) + flat.shape[1] * (
            self.spread.log() + 0.5 * math.log(2 * math.pi)
        )
        return self.exponents(flat).logsumexp(1) - normaliser

    def score(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n ..."]:
        """grad log q(x)."""
        flat = points.flatten(1)
        shares = self.exponents(flat).softmax(1)
        return ((shares @ self.centres - flat) / self.spread.square()).view_as(points)

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count d"]:
        """Independent samples."""
        device = self.centres.device
        rows = torch.randint(len(self.centres), (count,), generator=generator, device=device)
        noise = torch.randn(count, self.centres.shape[1], generator=generator, device=device)
        return self.centres[rows] + self.spread * noise
