"""Rosenbrock's banana."""

import math
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import AnalyticEnergy, Shape, setting


@final
class Rosenbrock(AnalyticEnergy):
    """E(x, y) = ((a - x)^2 + b (y - x^2)^2) / T: a narrow curved valley, lowest at (a, a^2).

    Source:
        Rosenbrock (1960), https://doi.org/10.1093/comjnl/3.3.175
    """

    rank: ClassVar[int] = 40
    title: ClassVar[str] = "Rosenbrock"
    summary: ClassVar[str] = "A narrow bent valley: no one step size fits along and across it."

    length: ClassVar[float] = 0.3

    kind: Literal["rosenbrock"] = "rosenbrock"
    place: float = setting(
        0.0, title="Place", symbol="a", ge=-10, le=10, description="x at the lowest point."
    )
    steepness: float = setting(
        10.0,
        title="Steepness",
        symbol="b",
        gt=0,
        le=10_000,
        log=True,
        description="Of the walls against the floor; Rosenbrock's own function has 100.",
    )
    heat: float = setting(
        2.0,
        title="Heat",
        symbol="T",
        gt=0,
        le=10_000,
        log=True,
        description="What the function is divided by: x has the variance T / 2.",
    )

    @property
    def shape(self) -> Shape:
        return (2,)

    @property
    def window(self) -> tuple[tuple[float, float], ...]:
        across = 4 * math.sqrt(self.heat / 2)
        left, right = self.place - across, self.place + across
        wall = 4 * math.sqrt(self.heat / (2 * self.steepness))
        return ((left, right), (-wall, max(left**2, right**2) + wall))

    @property
    def log_z(self) -> float:
        """Two Gaussian integrals, y first."""
        return math.log(math.pi * self.heat / math.sqrt(self.steepness))

    def energies(self, points: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        x, y = points.unbind(1)
        floor = (self.place - x).square()
        return (floor + self.steepness * (y - x.square()).square()) / self.heat

    def gradients(self, points: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        x, y = points.unbind(1)
        wall = 2 * self.steepness * (y - x.square())
        slope = 2 * (x - self.place) - 2 * x * wall
        return torch.stack([slope, wall], 1) / self.heat
