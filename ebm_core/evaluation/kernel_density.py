"""A mixture of equal Gaussians at given centres: its density, its score, samples of it."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

FAINT = -40.0
"""Exponents below this count as this, 4e-18 of the largest kernel: no sum shows it, and products
with small weights stay out of the denormal numbers, ten times slower."""


class KernelDensity:
    """q(x) = mean over centres c of N(x; c, s^2 I).

    With the centres G(z) of a generator whose conditional is N(G(z), s^2 I), q is an unbiased
    estimate of the generator's marginal density, not a smoothing of it.
    """

    def __init__(self, centres: Float[Tensor, "m ..."], spread: Float[Tensor, ""]) -> None:
        self.centres = centres.detach().flatten(1)
        self.spread = spread.detach()
        self.scaled = self.centres / self.spread
        self.offsets = -0.5 * self.scaled.square().sum(1)

    def table(self, near: Float[Tensor, "n d"]) -> tuple[Tensor, Tensor, Tensor]:
        """Each kernel at x / s as a share of the largest one, the logs of those, and the sums."""
        # -|x - c|^2 / (2 s^2) = x . c / s^2 - |c|^2 / (2 s^2) - |x|^2 / (2 s^2), the last for a row
        table = torch.addmm(self.offsets, near, self.scaled.T)
        highest = table.amax(1, keepdim=True)
        table.sub_(highest).clamp_(min=FAINT).exp_()
        return table, highest, table.sum(1)

    @torch.no_grad()
    def evaluate(
        self, points: Float[Tensor, "n ..."]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n ..."]]:
        """log q(x) in nats, and grad log q(x), from one table of exponents; without a graph."""
        flat = points.flatten(1)
        near = flat / self.spread
        table, highest, total = self.table(near)
        normaliser = math.log(len(self.centres)) + flat.shape[1] * (
            self.spread.log() + 0.5 * math.log(2 * math.pi)
        )
        log_density = total.log() + highest.squeeze(1) - 0.5 * near.square().sum(1) - normaliser
        score = ((table @ self.scaled) / total.unsqueeze(1) - near) / self.spread
        return log_density, score.view_as(points)

    @torch.no_grad()
    def pull(
        self, points: Float[Tensor, "n ..."], weights: Float[Tensor, " n"]
    ) -> Float[Tensor, "m d"]:
        """Where each centre should go to raise the weighted mean of log q at the points.

        m times the gradient by the centre: the mean over some of the centres stands for all.
        """
        near = points.flatten(1) / self.spread
        table, _, total = self.table(near)
        shares = table.mul_((weights / total).unsqueeze(1))
        ways = shares.T @ near - shares.sum(0).unsqueeze(1) * self.scaled
        return ways.mul_(len(self.centres) / self.spread)

    def log_density(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, " n"]:
        """log q(x), in nats."""
        return self.evaluate(points)[0]

    def score(self, points: Float[Tensor, "n ..."]) -> Float[Tensor, "n ..."]:
        """grad log q(x)."""
        return self.evaluate(points)[1]

    @torch.no_grad()
    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count d"]:
        """Independent samples."""
        device = self.centres.device
        rows = torch.randint(len(self.centres), (count,), generator=generator, device=device)
        noise = torch.randn(count, self.centres.shape[1], generator=generator, device=device)
        return self.centres[rows] + self.spread * noise
