"""Mixtures with densities in closed form: Gaussians on a ring or a grid, a checkerboard, rings."""

import math
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import setting
from ebm_core.datasets._planar import Labelled, Planar, log_mixture, normal, on_circle


@final
class GaussianRing(Planar):
    """Equal Gaussians, evenly spaced on a circle."""

    rank: ClassVar[int] = 10
    title: ClassVar[str] = "Ring of Gaussians"
    summary: ClassVar[str] = "Equal Gaussians on a circle: are all modes found, with equal weight?"

    kind: Literal["gaussian_ring"] = "gaussian_ring"
    count: int = setting(8, ge=1, le=24, title="Gaussians", description="Number of modes.")
    radius: float = setting(
        2.83, ge=0, le=4, title="Radius", description="Distance of the modes from the origin."
    )
    sd: float = setting(
        0.354, ge=0.05, le=0.6, title="Width", description="Standard deviation of each Gaussian."
    )

    @property
    def classes(self) -> int:
        return self.count

    def sample_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        return draw_mixture(self.modes(), self.sd, count, generator)

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        return log_mixture(points, self.modes(), equal(self.count), self.sd)

    def modes(self) -> Float[Tensor, "m 2"]:
        angle = 2 * torch.pi * torch.arange(self.count, dtype=torch.float64) / self.count
        return on_circle(torch.full_like(angle, self.radius), angle)


@final
class GaussianGrid(Planar):
    """Equal Gaussians on a square grid."""

    rank: ClassVar[int] = 10
    title: ClassVar[str] = "Grid of Gaussians"
    summary: ClassVar[str] = "Many narrow modes: the weights of the modes are the hard part."

    kind: Literal["gaussian_grid"] = "gaussian_grid"
    count: int = setting(5, ge=1, le=7, title="Gaussians a side", description="Modes in one row.")
    spacing: float = setting(
        1.5, ge=0.3, le=1.5, title="Spacing", description="Distance between neighbouring modes."
    )
    sd: float = setting(
        0.2, ge=0.05, le=0.5, title="Width", description="Standard deviation of each Gaussian."
    )

    @property
    def classes(self) -> int:
        return self.count**2

    def sample_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        return draw_mixture(self.modes(), self.sd, count, generator)

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        return log_mixture(points, self.modes(), equal(self.count**2), self.sd)

    def modes(self) -> Float[Tensor, "m 2"]:
        line = torch.arange(self.count, dtype=torch.float64) - (self.count - 1) / 2
        return self.spacing * torch.cartesian_prod(line, line)


@final
class Checkerboard(Planar):
    """Uniform on every other square of side 2."""

    rank: ClassVar[int] = 10
    title: ClassVar[str] = "Checkerboard"
    summary: ClassVar[str] = "Flat squares with hard edges, the hardest shape for a smooth energy."
    side: ClassVar[float] = 2.0

    kind: Literal["checkerboard"] = "checkerboard"
    count: int = setting(4, ge=2, le=5, title="Squares a side", description="Squares in one row.")

    @property
    def classes(self) -> int:
        return len(self.modes())

    def sample_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        modes = self.modes().float()
        which = torch.randint(len(modes), (count,), generator=generator)
        inside = self.side * (torch.rand(count, 2, generator=generator) - 0.5)
        return modes[which] + inside, which

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        square = (points.double() / self.side + self.count / 2).floor()
        inside = ((square >= 0) & (square < self.count)).all(1) & (square.sum(1) % 2 == 0)
        height = -math.log(len(self.modes()) * self.side**2)
        return torch.where(inside, height, -torch.inf).double()

    def modes(self) -> Float[Tensor, "m 2"]:
        line = torch.arange(self.count, dtype=torch.float64)
        squares = torch.cartesian_prod(line, line)
        filled = squares[squares.sum(1) % 2 == 0]
        return self.side * (filled - (self.count - 1) / 2)


@final
class Rings(Planar):
    """Equal shares on concentric circles, blurred by a Gaussian."""

    rank: ClassVar[int] = 10
    title: ClassVar[str] = "Rings"
    summary: ClassVar[str] = "Thin concentric rings of equal weight: four ridges and three moats."

    kind: Literal["rings"] = "rings"
    count: int = setting(4, ge=1, le=5, title="Rings", description="Number of circles.")
    spacing: float = setting(
        0.75, ge=0.3, le=0.9, title="Spacing", description="Difference of neighbouring radii."
    )
    sd: float = setting(
        0.1, ge=0.05, le=0.3, title="Width", description="Standard deviation of the blur."
    )

    @property
    def classes(self) -> int:
        return self.count

    def sample_labelled(self, count: int, generator: torch.Generator) -> Labelled:
        which = torch.randint(1, self.count + 1, (count,), generator=generator)
        angle = 2 * torch.pi * torch.rand(count, generator=generator)
        points = on_circle(self.spacing * which, angle) + normal(count, self.sd, generator)
        return points, which - 1

    def log_density(self, points: Float[Tensor, "n 2"]) -> Float[Tensor, " n"]:
        """The angle integrates to a Bessel function: N(|x|; R) I0(|x| R / sd^2) for each ring."""
        x = points.double().norm(dim=1)[:, None]
        radii = self.spacing * torch.arange(1, self.count + 1, dtype=torch.float64)
        # i0e(a) = I0(a) exp(-a), so that the exponent becomes a square
        bessel: Tensor = torch.special.i0e(x * radii / self.sd**2)
        ring = bessel.log() - (x - radii) ** 2 / (2 * self.sd**2)
        return torch.logsumexp(ring, 1) - math.log(2 * math.pi * self.sd**2 * self.count)

    def modes(self) -> None:
        return None


def equal(count: int) -> Float[Tensor, " count"]:
    """Equal weights that sum to 1."""
    return torch.full((count,), 1 / count, dtype=torch.float64)


def draw_mixture(
    centers: Float[Tensor, "m 2"], sd: float, count: int, generator: torch.Generator
) -> Labelled:
    """Draws of Gaussians of equal weight around `centers`, and the number of the Gaussian."""
    which = torch.randint(len(centers), (count,), generator=generator)
    return centers.float()[which] + normal(count, sd, generator), which
