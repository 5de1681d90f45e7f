"""What an energy in closed form is: something to try samplers and estimators on."""

from abc import ABC, abstractmethod
from typing import ClassVar, final

from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts.energy import EnergyNetwork
from ebm_core.contracts.plug_in import PlugIn, Shape


class AnalyticEnergy(PlugIn, ABC):
    """A formula for E(x), with its gradient. It has no weights, so it is no `Energy` to train.

    Everything is computed in the points' own precision and on their device.
    """

    length: ClassVar[float] = 1.0
    """Over how much it changes, beside the distributions of data that samplers' sizes are made for:
    step sizes that nobody has set are so much smaller."""

    @property
    @abstractmethod
    def shape(self) -> Shape:
        """The shape of one point."""

    @property
    @abstractmethod
    def window(self) -> tuple[tuple[float, float], ...]:
        """Low and high of each coordinate, about all of the mass: where to look and to start."""

    @property
    @abstractmethod
    def log_z(self) -> float | None:
        """log of the integral of exp(-E), in nats; None where there is no closed form."""

    @abstractmethod
    def energies(self, points: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        """E(x) for each point."""

    @abstractmethod
    def gradients(self, points: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        """grad E(x) for each point."""

    def network(self) -> "AnalyticNetwork":
        """What samplers and evaluation take."""
        return AnalyticNetwork(self)


@final
class AnalyticNetwork(EnergyNetwork):
    """An analytic energy in the place of a trained one."""

    def __init__(self, formula: AnalyticEnergy) -> None:
        super().__init__()
        self.formula = formula

    def forward(self, points: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        return self.formula.energies(points)

    def with_gradient(
        self, points: Float[Tensor, "n d"]
    ) -> tuple[Float[Tensor, " n"], Float[Tensor, "n d"]]:
        return self.formula.energies(points), self.formula.gradients(points)
