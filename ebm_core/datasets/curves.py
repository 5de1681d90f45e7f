"""Blurred curves, and arms twisted without changing areas: densities by integration or exactly."""

import math
from functools import lru_cache
from typing import ClassVar, Literal, final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import setting
from ebm_core.datasets._planar import Labelled, Planar, log_mixture, normal, on_circle


@final
class Moons(Planar):
    """Two interleaved half circles of radius 2, blurred by a Gaussian."""

    rank: ClassVar[int] = 20
    title: ClassVar[str] = "Two moons"
    summary: ClassVar[str] = "Two half circles that reach into each other."

    kind: Literal["moons"] = "moons"
    sd: float = setting(
        0.2, ge=0.05, le=0.5, title="Width", description="Standard deviation of the blur."
    )

    @property
    def classes(self) -> int:
        return 2

    def sample_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        u = torch.pi * torch.rand(count, generator=generator)
        upper = torch.rand(count, 1, generator=generator) < 0.5
        points = torch.where(upper, *self.curves(u)) + normal(count, self.sd, generator)
        return points, 1 - upper[:, 0].long()

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        u, weight = nodes(0.0, math.pi, speed=2.0, sd=self.sd)
        weight = weight.repeat(2) / (2 * math.pi)
        return log_mixture(points, torch.cat(self.curves(u)), weight, self.sd)

    def modes(self) -> None:
        return None

    def curves(self, u: Float[Tensor, " n"]) -> tuple[Float[Tensor, "n 2"], Float[Tensor, "n 2"]]:
        """The upper and the lower moon at u in [0, pi]."""
        upper = torch.stack((2 * u.cos() - 1, 2 * u.sin() - 0.2), dim=1)
        lower = torch.stack((1 - 2 * u.cos(), 0.8 - 2 * u.sin()), dim=1)
        return upper, lower


@final
class Pinwheel(Planar):
    """Gaussian arms, twisted by their radius.

    f ~ N((1, 0), diag(radial_sd^2, tangential_sd^2)) is turned by twist * exp(|f|) and the arm's
    angle, then doubled. Turning by the radius keeps areas, so the density is exact.
    """

    rank: ClassVar[int] = 20
    title: ClassVar[str] = "Pinwheel"
    summary: ClassVar[str] = "Bent arms that meet in the middle: narrow, curved and multimodal."

    kind: Literal["pinwheel"] = "pinwheel"
    count: int = setting(5, ge=1, le=8, title="Arms", description="Number of arms.")
    radial_sd: float = setting(
        0.3, ge=0.05, le=0.4, title="Length", description="Standard deviation along an arm, halved."
    )
    tangential_sd: float = setting(
        0.1, ge=0.05, le=0.3, title="Width", description="Standard deviation across an arm, halved."
    )
    twist: float = setting(
        0.25, ge=0, le=0.4, title="Twist", description="Angle of the twist at radius 0, in radians."
    )

    @property
    def classes(self) -> int:
        return self.count

    def sample_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        sd = torch.tensor([self.radial_sd, self.tangential_sd])
        arm = torch.tensor([1.0, 0.0]) + sd * normal(count, 1.0, generator)
        which = torch.randint(self.count, (count,), generator=generator)
        radius = arm.norm(dim=1)
        angle = self.twist * radius.exp() + 2 * torch.pi * which / self.count
        return on_circle(2 * radius, angle + torch.atan2(arm[:, 1], arm[:, 0])), which

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        x = points.double() / 2
        radius = x.norm(dim=1)[:, None]
        arms = 2 * torch.pi * torch.arange(self.count, dtype=torch.float64) / self.count
        angle = torch.atan2(x[:, 1], x[:, 0])[:, None] - arms - self.twist * radius.exp()
        along = (radius * angle.cos() - 1) / self.radial_sd
        across = radius * angle.sin() / self.tangential_sd
        # far out exp(radius) overflows, and with it the angle: no mass is there at any angle
        nearest = ((radius - 1) / self.radial_sd) ** 2
        squares = torch.where(radius < 50, along**2 + across**2, nearest)
        # the doubling spreads each unit of area over 4
        area = 4 * 2 * math.pi * self.radial_sd * self.tangential_sd * self.count
        return (-squares / 2).logsumexp(1) - math.log(area)

    def modes(self) -> Float[Tensor, "m 2"]:
        arms = 2 * torch.pi * torch.arange(self.count, dtype=torch.float64) / self.count
        return on_circle(torch.full_like(arms, 2), arms + self.twist * math.e)


@final
class TwoSpirals(Planar):
    """(-n cos n, n sin n) / 3 for n = 3 pi sqrt(u), and its mirror image, blurred by a Gaussian."""

    rank: ClassVar[int] = 20
    title: ClassVar[str] = "Two spirals"
    summary: ClassVar[str] = "Two thin spirals, one turned by half a circle against the other."

    kind: Literal["two_spirals"] = "two_spirals"
    sd: float = setting(
        0.12, ge=0.05, le=0.3, title="Width", description="Standard deviation of the blur."
    )

    @property
    def classes(self) -> int:
        return 2

    def sample_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        n = 3 * torch.pi * torch.rand(count, generator=generator).sqrt()
        first = torch.rand(count, 1, generator=generator) < 0.5
        curve = self.curve(n)
        points = torch.where(first, curve, -curve) + normal(count, self.sd, generator)
        return points, 1 - first[:, 0].long()

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        n, weight = nodes(0.0, 3 * math.pi, speed=math.sqrt(1 + 9 * math.pi**2) / 3, sd=self.sd)
        weight = weight * 2 * n / (9 * math.pi**2)  # u = (n / 3 pi)^2
        curve = self.curve(n)
        return log_mixture(points, torch.cat((curve, -curve)), weight.repeat(2) / 2, self.sd)

    def modes(self) -> None:
        return None

    def curve(self, n: Float[Tensor, " n"]) -> Float[Tensor, "n 2"]:
        """The first spiral at n in [0, 3 pi]."""
        return torch.stack((-n * n.cos(), n * n.sin()), dim=1) / 3


@final
class SwissRoll(Planar):
    """(t cos t, t sin t) / 5 for t uniform on [1.5 pi, 4.5 pi], blurred by a Gaussian."""

    rank: ClassVar[int] = 20
    title: ClassVar[str] = "Swiss roll"
    summary: ClassVar[str] = "One long band, rolled up."

    kind: Literal["swiss_roll"] = "swiss_roll"
    sd: float = setting(
        0.2, ge=0.05, le=0.3, title="Width", description="Standard deviation of the blur."
    )

    @property
    def classes(self) -> int:
        return 1

    def sample_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        t = 1.5 * torch.pi * (1 + 2 * torch.rand(count, generator=generator))
        points = on_circle(t / 5, t) + normal(count, self.sd, generator)
        return points, torch.zeros(count, dtype=torch.long)

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        t, weight = nodes(
            1.5 * math.pi, 4.5 * math.pi, speed=math.sqrt(1 + (4.5 * math.pi) ** 2) / 5, sd=self.sd
        )
        return log_mixture(points, on_circle(t / 5, t), weight / (3 * math.pi), self.sd)

    def modes(self) -> None:
        return None


@lru_cache(maxsize=32)
def nodes(
    start: float, end: float, *, speed: float, sd: float
) -> tuple[Float[Tensor, " n"], Float[Tensor, " n"]]:
    """Nodes and weights on [start, end], closer than `sd` along the curve.

    Gauss-Legendre in equal pieces: exact for polynomials up to degree 31 on each.

    Args:
        speed: The most that the curve moves for one unit of its parameter.
    """
    node, weight = np.polynomial.legendre.leggauss(16)
    # in the middle of a piece nodes are pi / 2 times as far apart as on average
    pieces = math.ceil(math.pi / 2 * speed * (end - start) / sd / 16)
    half = (end - start) / pieces / 2
    centers = start + half * (2 * np.arange(pieces) + 1)
    positions = (centers[:, None] + half * node).ravel()
    return torch.from_numpy(positions), torch.from_numpy(np.tile(half * weight, pieces))
