"""Two wells with a barrier between them."""

import math
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import AnalyticEnergy, Shape, setting


@final
class DoubleWell(AnalyticEnergy):
    """E(x) = h ((x_1 / a)^2 - 1)^2 + (x_2^2 + ... + x_d^2) / 2: minima at x_1 = a and -a.

    Source:
        Kramers (1940), https://doi.org/10.1016/S0031-8914(40)90098-2
    """

    rank: ClassVar[int] = 20
    title: ClassVar[str] = "Double well"
    summary: ClassVar[str] = "Two equal wells: how often does a chain cross the barrier?"

    kind: Literal["double_well"] = "double_well"
    barrier: float = setting(
        4.0,
        title="Barrier",
        symbol="h",
        gt=0,
        le=100,
        description="Height of the pass between the wells above their floors, in nats.",
    )
    separation: float = setting(
        2.0,
        title="Separation",
        symbol="a",
        gt=0,
        le=10,
        description="From the pass to the floor of either well, in data units.",
    )
    dimensions: int = setting(
        2,
        title="Dimensions",
        symbol="d",
        ge=2,
        le=1024,
        advanced=True,
        description="Coordinates of a point; the map takes 2.",
    )

    @property
    def shape(self) -> Shape:
        return (self.dimensions,)

    @property
    def window(self) -> tuple[tuple[float, float], ...]:
        # from there on the first coordinate's energy is above 12 nats
        edge = self.separation * math.sqrt(1 + math.sqrt(12 / self.barrier))
        return ((-edge, edge),) + ((-4.0, 4.0),) * (self.dimensions - 1)

    @property
    def log_z(self) -> float:
        """The first coordinate's share is (pi / 2) a exp(-h / 2) (I_-1/4(h / 2) + I_1/4(h / 2))."""
        from scipy.special import ive  # takes a tenth of a worker's start

        half = self.barrier / 2
        line = math.pi / 2 * self.separation * float(ive(-0.25, half) + ive(0.25, half))
        return math.log(line) + (self.dimensions - 1) / 2 * math.log(2 * math.pi)

    def energies(self, points: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        first = (points[:, 0] / self.separation).square()
        return self.barrier * (first - 1).square() + points[:, 1:].square().sum(1) / 2

    def gradients(self, points: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        place = points[:, :1] / self.separation
        slope = 4 * self.barrier / self.separation * place * (place.square() - 1)
        return torch.cat([slope, points[:, 1:]], 1)
