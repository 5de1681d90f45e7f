"""A mixture of equally wide Gaussians."""

import math
from typing import Annotated, ClassVar, Literal, Self, final

import torch
from jaxtyping import Float
from pydantic import Field, model_validator
from torch import Tensor

from ebm_core.contracts import AnalyticEnergy, Shape, setting

Coordinate = Annotated[float, Field(ge=-1000, le=1000)]


@final
class GaussianMixture(AnalyticEnergy):
    """E(x) = -log sum_i w_i exp(-|x - c_i|^2 / (2 s^2)), the weights w made to sum to one."""

    rank: ClassVar[int] = 10
    title: ClassVar[str] = "Gaussian mixture"
    summary: ClassVar[str] = "Separate modes of known weights: are they all found, and how often?"

    kind: Literal["gaussian_mixture"] = "gaussian_mixture"
    centers: tuple[Annotated[tuple[Coordinate, ...], Field(min_length=1, max_length=4096)], ...] = (
        setting(
            ((-2.0, -1.2), (2.0, -1.2), (0.0, 2.2)),
            title="Centres",
            symbol="c",
            min_length=1,
            max_length=1024,
            description="One for each component, all with as many coordinates.",
        )
    )
    weights: tuple[Annotated[float, Field(gt=0, le=1e6)], ...] | None = setting(
        None,
        title="Weights",
        symbol="w",
        description="One for each component, in any unit; empty makes them equal.",
    )
    spread: float = setting(
        0.5,
        title="Spread",
        symbol="s",
        gt=0,
        le=100,
        log=True,
        description="Standard deviation of every component, in data units.",
    )

    @model_validator(mode="after")
    def fits(self) -> Self:
        """The centres have one dimension, and there are as many weights."""
        dimensions = sorted({len(center) for center in self.centers})
        if len(dimensions) > 1:
            raise ValueError(
                f"the centres have {' and '.join(map(str, dimensions))} coordinates; give every "
                "centre the same number"
            )
        if self.weights is not None and len(self.weights) != len(self.centers):
            raise ValueError(
                f"there are {len(self.weights)} weights for {len(self.centers)} centres; give one "
                "for each, or none"
            )
        return self

    @property
    def shape(self) -> Shape:
        return (len(self.centers[0]),)

    @property
    def window(self) -> tuple[tuple[float, float], ...]:
        reach = 4 * self.spread
        axes = zip(*self.centers, strict=True)
        return tuple((min(axis) - reach, max(axis) + reach) for axis in axes)

    @property
    def log_z(self) -> float:
        return self.shape[0] / 2 * math.log(2 * math.pi * self.spread**2)

    def exponents(
        self, points: Float[Tensor, "n d"]
    ) -> tuple[Float[Tensor, "n m"], Float[Tensor, "m d"]]:
        """log of each component's share of exp(-E) at each point, and the centres."""
        centers = points.new_tensor(self.centers)
        weights = points.new_tensor(self.weights or [1.0] * len(self.centers))
        # not by the product of both: the difference of squares would lose the digits
        distance = (points[:, None] - centers).square().sum(2)
        return weights.log().log_softmax(0) - distance / (2 * self.spread**2), centers

    def energies(self, points: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        return -torch.logsumexp(self.exponents(points)[0], 1)

    def gradients(self, points: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        exponents, centers = self.exponents(points)
        # the mean of the centres by the components' shares is where the score points
        return (points - exponents.softmax(1) @ centers) / self.spread**2
