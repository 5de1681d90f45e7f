"""A circular valley."""

import math
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import AnalyticEnergy, Shape, setting


@final
class Ring(AnalyticEnergy):
    """E(x) = (|x| - R)^2 / (2 s^2) in the plane."""

    rank: ClassVar[int] = 30
    title: ClassVar[str] = "Ring"
    summary: ClassVar[str] = (
        "A circular valley: steep across, flat along, so small steps go slowly."
    )

    kind: Literal["ring"] = "ring"
    radius: float = setting(
        2.5, title="Radius", symbol="R", ge=0, le=100, description="Of the valley, in data units."
    )
    spread: float = setting(
        0.2,
        title="Spread",
        symbol="s",
        gt=0,
        le=100,
        log=True,
        description="Standard deviation across the valley, in data units.",
    )

    @property
    def shape(self) -> Shape:
        return (2,)

    @property
    def window(self) -> tuple[tuple[float, float], ...]:
        edge = self.radius + 5 * self.spread
        return ((-edge, edge), (-edge, edge))

    @property
    def log_z(self) -> float:
        """The integral of 2 pi r exp(-(r - R)^2 / (2 s^2)) over r from 0."""
        ratio = self.radius / self.spread
        tail = math.sqrt(math.pi / 2) * ratio * (1 + math.erf(ratio / math.sqrt(2)))
        return math.log(2 * math.pi * self.spread**2 * (math.exp(-(ratio**2) / 2) + tail))

    def energies(self, points: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        lengths = torch.linalg.vector_norm(points, dim=1)
        energies: Tensor = (lengths - self.radius).square() / (2 * self.spread**2)
        return energies

    def gradients(self, points: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        lengths = torch.linalg.vector_norm(points, dim=1, keepdim=True).clamp(min=1e-30)
        slopes: Tensor = points * ((1 - self.radius / lengths) / self.spread**2)
        return slopes
