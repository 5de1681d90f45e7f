"""Densities in the plane that are not built in: mixtures of Gaussians, with exact log density."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from jaxtyping import Float
from torch import Tensor

CHUNK = 2000
"""Points whose distances to all Gaussians are held at a time."""


class Density(Protocol):
    """A normalised density that can be drawn from."""

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count 2"]:
        """Independent points, in float64."""

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        """log p in nats, in float64."""


@dataclass(frozen=True)
class Mixture:
    """Gaussians by their weights, means and the Cholesky factors of their covariances."""

    weights: Float[Tensor, " k"]
    means: Float[Tensor, "k 2"]
    factors: Float[Tensor, "k 2 2"]

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count 2"]:
        """Independent points, in float64."""
        which = torch.multinomial(self.weights, count, replacement=True, generator=generator)
        normal = torch.randn(count, 2, 1, generator=generator, dtype=torch.float64)
        return self.means[which] + (self.factors[which] @ normal).squeeze(-1)

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        """log p in nats, in float64."""
        volumes = self.factors.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        constants = self.weights.log() - volumes - math.log(2 * math.pi)
        inverses = torch.linalg.inv(self.factors)
        found = []
        for part in points.double().split(CHUNK):
            normal = torch.einsum("kij,nkj->nki", inverses, part[:, None] - self.means)
            found.append((constants - normal.square().sum(-1) / 2).logsumexp(1))
        return torch.cat(found)


@dataclass(frozen=True)
class Moved:
    """A density in other units: its points times `scale`, plus `shift`."""

    density: Density
    scale: Float[Tensor, " 2"]
    shift: Float[Tensor, " 2"]

    def sample(self, count: int, generator: torch.Generator) -> Float[Tensor, "count 2"]:
        """Independent points, in float64."""
        return self.density.sample(count, generator) * self.scale + self.shift

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        """log p in nats, in float64."""
        inside = (points.double() - self.shift) / self.scale
        return self.density.log_density(inside) - self.scale.abs().log().sum()


def mixture(weights: list[float], means: Tensor, factors: Tensor) -> Mixture:
    """A mixture whose weights need not sum to 1."""
    shares = torch.tensor(weights, dtype=torch.float64)
    return Mixture(
        shares / shares.sum(), means.double(), factors.double().expand(len(shares), 2, 2)
    )


def turned(angle: float, first: float, second: float) -> Float[Tensor, "2 2"]:
    """The factor of a Gaussian with these standard deviations along axes turned by `angle`."""
    cos, sin = math.cos(angle), math.sin(angle)
    axes = torch.tensor([[cos, -sin], [sin, cos]], dtype=torch.float64)
    spreads = torch.tensor([first, second], dtype=torch.float64)
    factor: Tensor = torch.linalg.cholesky((axes * spreads**2) @ axes.T)
    return factor


def along(curve: Callable[[Tensor], tuple[Tensor, Tensor]], count: int, sd: float) -> Mixture:
    """`count` round Gaussians at even parameters of a closed curve, so near that they merge."""
    t = 2 * math.pi * torch.arange(count, dtype=torch.float64) / count
    return mixture([1.0] * count, torch.stack(curve(t), -1), torch.eye(2) * sd)


BLOBS = [[-3, -1], [-1.5, 2], [0, -2.5], [1, 1], [2.5, -1], [3, 2.5]]

DENSITIES: dict[str, Density] = {
    # six Gaussians of one weight, from round to three times as long as wide
    "blobs": mixture(
        [1.0] * 6,
        torch.tensor(BLOBS),
        torch.stack([turned(1.1 * i, 0.25 + 0.08 * i, 0.35) for i in range(6)]),
    ),
    # a thin curve that crosses itself
    "trefoil": along(
        lambda t: (t.sin() + 2 * (2 * t).sin(), t.cos() - 2 * (2 * t).cos()), 400, 0.12
    ),
    # a bent ridge, densest at its ends
    "banana": along(lambda t: (3 * t.cos(), 3 * t.cos() ** 2 - 2), 300, 0.25),
    # modes of unlike weights and widths
    "unequal": mixture(
        [0.7, 0.2, 0.1],
        torch.tensor([[-2, 0], [1.5, 1.5], [2, -2]]),
        torch.stack([turned(0.3, 0.2, 0.2), turned(1, 0.9, 0.4), turned(0, 0.3, 0.3)]),
    ),
    # two ridges across each other, fifteen times as long as wide
    "cross": mixture(
        [0.5, 0.5],
        torch.zeros(2, 2),
        torch.stack([turned(math.pi / 4, 1.8, 0.12), turned(-math.pi / 4, 1.8, 0.12)]),
    ),
    # a thin outline with corners
    "square": along(
        lambda t: (2.5 * (1.6 * t.cos()).clamp(-1, 1), 2.5 * (1.6 * t.sin()).clamp(-1, 1)),
        400,
        0.08,
    ),
}
"""Six shapes within about [-4, 4]^2, by name."""

FAR_CLUSTERS = mixture([0.98, 0.02], torch.tensor([[0, 0], [40, 0]]), torch.eye(2))
"""Two round clusters, the second with a fiftieth of the points and 40 standard deviations away."""
